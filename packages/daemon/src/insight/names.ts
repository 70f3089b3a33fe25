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

/** The names in a file, by their numbers: how often it uses each, and which it defines. */
export class FileNames {
  static readonly none: FileNames = FileNames.pack([], [], []);
  readonly packed: Uint32Array;

  /** Takes what `packed` of another one gave. */
  constructor(packed: Uint32Array) {
    this.packed = packed;
  }

  static pack(
    references: readonly (readonly [name: number, count: number])[],
    exported: readonly number[],
    own: readonly number[],
  ): FileNames {
    const packed = new Uint32Array(2 + references.length + exported.length + own.length);
    packed[0] = references.length;
    packed[1] = exported.length;
    let at = 2;
    for (const [name, count] of references) packed[at++] = name * 256 + Math.min(count, maxCount);
    packed.set(exported, at);
    packed.set(own, at + exported.length);
    return new FileNames(packed);
  }

  /** The same names by other numbers. */
  renumbered(numbers: ArrayLike<number>): FileNames {
    const packed = this.packed.slice();
    const references = 2 + (packed[0] ?? 0);
    for (let at = 2; at < references; at += 1) {
      const entry = packed[at] ?? 0;
      packed[at] = (numbers[entry >>> 8] ?? 0) * 256 + (entry & maxCount);
    }
    for (let at = references; at < packed.length; at += 1)
      packed[at] = numbers[packed[at] ?? 0] ?? 0;
    return new FileNames(packed);
  }

  /** Each entry is a name times 256 and how often it is used, 255 at most. */
  get references(): Uint32Array {
    return this.packed.subarray(2, 2 + (this.packed[0] ?? 0));
  }

  /** What it defines for other files. */
  get exported(): Uint32Array {
    const start = 2 + (this.packed[0] ?? 0);
    return this.packed.subarray(start, start + (this.packed[1] ?? 0));
  }

  /** What it defines for itself. */
  get own(): Uint32Array {
    return this.packed.subarray(2 + (this.packed[0] ?? 0) + (this.packed[1] ?? 0));
  }
}
