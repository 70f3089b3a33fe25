/** Numbers for names. A number fits into 24 bits; names beyond that many are not told apart. */
export class Names {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  constructor(names: readonly string[] = []) {
    for (const name of names) this.add(name);
  }

  get count(): number {
    return this.#names.length;
  }

  add(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#names.length === maxNames) return maxNames - 1;
    const number = this.#names.length;
    this.#numbers.set(name, number);
    this.#names.push(name);
    return number;
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  nameOf(number: number): string {
    return this.#names[number] ?? "";
  }

  /** The names that were added from a number on. */
  since(number: number): string[] {
    return this.#names.slice(number);
  }
}

const maxNames = 2 ** 24;
const maxCount = 255;

/** Names that a file defines: for other files, members of such definitions, and for itself. */
export interface DefinedNames {
  readonly exported: readonly number[];
  readonly members: readonly number[];
  readonly own: readonly number[];
}

const headLength = 3;

/** The names in a file, by their numbers: how often it uses each, and which it defines. */
export class FileNames {
  static readonly none: FileNames = FileNames.pack(new Uint32Array(0), {
    exported: [],
    members: [],
    own: [],
  });
  readonly packed: Uint32Array;

  /** Takes what `packed` of another one gave. */
  constructor(packed: Uint32Array) {
    this.packed = packed;
  }

  /** A name and how often it is used, as one of `references`. */
  static entry(name: number, count: number): number {
    return name * 256 + Math.min(count, maxCount);
  }

  static pack(references: Uint32Array, { exported, members, own }: DefinedNames): FileNames {
    const defined = exported.length + members.length + own.length;
    const packed = new Uint32Array(headLength + references.length + defined);
    packed.set([references.length, exported.length, members.length]);
    let at = headLength;
    for (const part of [references, exported, members, own]) {
      packed.set(part, at);
      at += part.length;
    }
    return new FileNames(packed);
  }

  /** The same names by other numbers. */
  renumbered(numbers: ArrayLike<number>): FileNames {
    const packed = this.packed.slice();
    const references = headLength + (packed[0] ?? 0);
    for (let at = headLength; at < references; at += 1) {
      const entry = packed[at] ?? 0;
      packed[at] = (numbers[entry >>> 8] ?? 0) * 256 + (entry & maxCount);
    }
    for (let at = references; at < packed.length; at += 1) {
      packed[at] = numbers[packed[at] ?? 0] ?? 0;
    }
    return new FileNames(packed);
  }

  /** Each entry is a name times 256 and how often it is used, 255 at most. */
  get references(): Uint32Array {
    return this.#part(0, 0);
  }

  /** Whether it uses one of the names whose place in `wanted` is not zero. */
  usesAny(wanted: Uint8Array): boolean {
    const { packed } = this;
    const end = headLength + (packed[0] ?? 0);
    for (let at = headLength; at < end; at += 1) {
      if (wanted[(packed[at] ?? 0) >>> 8]) return true;
    }
    return false;
  }

  /** What it defines for other files. */
  get exported(): Uint32Array {
    return this.#part(1, 1);
  }

  /** The members of what it defines for other files. */
  get members(): Uint32Array {
    return this.#part(2, 2);
  }

  /** What it defines for itself. */
  get own(): Uint32Array {
    return this.#part(3, 3);
  }

  /** What others may use, members too. */
  get visible(): Uint32Array {
    return this.#part(1, 2);
  }

  #part(first: number, last: number): Uint32Array {
    let start = headLength;
    for (let at = 0; at < first; at += 1) start += this.packed[at] ?? 0;
    if (last === headLength) return this.packed.subarray(start);
    let end = start;
    for (let at = first; at <= last; at += 1) end += this.packed[at] ?? 0;
    return this.packed.subarray(start, end);
  }
}
