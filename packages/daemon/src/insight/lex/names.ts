const longestCopied = 12;
const mostNames = 1 << 17;

/**
 * The words of one language, each stored once and known by a number, so that a word that was seen
 * before costs no string. Numbers below `reserved` are keywords; they stay when the rest is dropped.
 */
export class Names {
  readonly reserved: number;
  /** Grows whenever words are forgotten, whose numbers others may then get. */
  epoch = 0;
  readonly #fixed: readonly string[];
  #texts: string[] = [];
  #hashes = new Int32Array(0);
  #slots = new Int32Array(0);

  constructor(keywords: readonly string[], otherWords: readonly string[]) {
    this.#fixed = [...keywords, ...otherWords];
    this.reserved = keywords.length;
    this.clear();
  }

  get size(): number {
    return this.#texts.length;
  }

  /** Forgets what was learned when it has become too much; to be called between files only. */
  trim(): void {
    if (this.size > mostNames) this.clear();
  }

  clear(): void {
    this.epoch += 1;
    this.#texts = [];
    this.#hashes = new Int32Array(4096);
    this.#slots = new Int32Array(8192).fill(-1);
    for (const word of this.#fixed) this.of(word);
  }

  text(name: number): string {
    return this.#texts[name] ?? "";
  }

  /** The number of a word that is given as a string. */
  of(word: string): number {
    let hash = 0;
    for (let at = 0; at < word.length; at++) hash = mix(hash, word.charCodeAt(at));
    return this.intern(word, 0, word.length, hash);
  }

  /** The number of a part of a text, whose `hash` is that of its char codes by `mix`. */
  intern(text: string, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    for (;;) {
      const name = this.#slots[slot] ?? -1;
      if (name < 0) return this.#add(text.slice(start, end), hash, slot);
      if (this.#hashes[name] === hash && this.#equals(name, text, start, end)) return name;
      slot = (slot + 1) & mask;
    }
  }

  #equals(name: number, text: string, start: number, end: number): boolean {
    const known = this.#texts[name] ?? "";
    if (known.length !== end - start) return false;
    for (let at = 0; at < known.length; at++) {
      if (known.charCodeAt(at) !== text.charCodeAt(start + at)) return false;
    }
    return true;
  }

  #add(word: string, hash: number, slot: number): number {
    const name = this.#texts.length;
    this.#texts.push(word.length > longestCopied ? copied(word) : word);
    this.#hashes[name] = hash;
    this.#slots[slot] = name;
    if (name + 1 === this.#hashes.length) this.#grow();
    return name;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(hashes.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let name = 0; name < this.#texts.length; name++) {
      let slot = spread(hashes[name] ?? 0) & mask;
      while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
      this.#slots[slot] = name;
    }
  }
}

export function mix(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** A string of its own: a slice of more than twelve characters would keep its whole file alive. */
function copied(word: string): string {
  return Buffer.from(word, "utf16le").toString("utf16le");
}
