// The type of a token that is one character of punctuation is its char code, which is above these.
export const END = 0;
export const WORD = 1;
export const NUMBER = 2;
export const STRING = 3;
export const REGEX = 4;
/** The end of a logical line, in languages where that means something. */
export const NEWLINE = 5;
/** A string up to an expression within it, from there to the next one, and its rest. */
export const TEMPLATE_OPEN = 6;
export const TEMPLATE_MIDDLE = 7;
export const TEMPLATE_CLOSE = 8;
/** Where a JSX element begins and where it ends; its attributes and expressions are in between. */
export const MARKUP_OPEN = 9;
export const MARKUP_CLOSE = 10;
/** `=>` */
export const ARROW = 11;

/** The first token of its line. */
export const FIRST = 1;
/** A parenthesis after `if` or `while`, a brace around statements: what follows is no operator. */
export const CONTROL = 2;
/** A JSX element whose opening tag is complete. */
export const CHILDREN = 4;

const smallest = 1 << 14;
const largestKept = 1 << 20;

/** The tokens of one file as columns of numbers, whose memory is used again for the next file. */
export class Tokens {
  count = 0;
  #types = new Uint8Array(smallest);
  #flags = new Uint8Array(smallest);
  #starts = new Int32Array(smallest);
  #ends = new Int32Array(smallest);
  #lines = new Int32Array(smallest);
  #links = new Int32Array(smallest);

  clear(): void {
    this.count = 0;
    if (this.#types.length > largestKept) this.#resize(smallest);
  }

  add(type: number, start: number, end: number, line: number, link: number, flags: number): number {
    const index = this.count;
    if (index === this.#types.length) this.#resize(index * 2);
    this.#types[index] = type;
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#lines[index] = line;
    this.#links[index] = link;
    this.#flags[index] = flags;
    this.count = index + 1;
    return index;
  }

  /** `END` outside of the tokens, so that looking ahead needs no check. */
  type(index: number): number {
    return index < this.count ? (this.#types[index] ?? END) : END;
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  end(index: number): number {
    return this.#ends[index] ?? 0;
  }

  line(index: number): number {
    return this.#lines[index] ?? 0;
  }

  /** A word's number in `Names`; a bracket's other half; -1 for all else and for half a pair. */
  link(index: number): number {
    return this.#links[index] ?? -1;
  }

  /** A word's number in `Names`, or -1 if it is no word. */
  name(index: number): number {
    return this.type(index) === WORD ? (this.#links[index] ?? -1) : -1;
  }

  has(index: number, flag: number): boolean {
    return ((this.#flags[index] ?? 0) & flag) !== 0;
  }

  flag(index: number, flag: number): void {
    this.#flags[index] = (this.#flags[index] ?? 0) | flag;
  }

  pair(open: number, close: number): void {
    this.#links[open] = close;
    this.#links[close] = open;
  }

  /** Whether two neighbours have nothing between them, as the halves of `&&` have. */
  touches(index: number): boolean {
    return this.end(index) === this.start(index + 1);
  }

  /** The token after this one, or after the whole of what it opens. */
  after(index: number): number {
    let at = index;
    while (opens(this.type(at))) {
      const close = this.link(at);
      if (close <= at) return at === index ? index + 1 : at;
      at = close;
      if (this.type(at) !== TEMPLATE_MIDDLE) break;
    }
    return at + 1;
  }

  #resize(capacity: number): void {
    this.#types = bytes(capacity, this.#types);
    this.#flags = bytes(capacity, this.#flags);
    this.#starts = words(capacity, this.#starts);
    this.#ends = words(capacity, this.#ends);
    this.#lines = words(capacity, this.#lines);
    this.#links = words(capacity, this.#links);
  }
}

function bytes(capacity: number, old: Uint8Array): Uint8Array<ArrayBuffer> {
  const column = new Uint8Array(capacity);
  column.set(old.subarray(0, capacity));
  return column;
}

function words(capacity: number, old: Int32Array): Int32Array<ArrayBuffer> {
  const column = new Int32Array(capacity);
  column.set(old.subarray(0, capacity));
  return column;
}

function opens(type: number): boolean {
  return (
    type === 40 ||
    type === 91 ||
    type === 123 ||
    type === TEMPLATE_OPEN ||
    type === TEMPLATE_MIDDLE ||
    type === MARKUP_OPEN
  );
}
