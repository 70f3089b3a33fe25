/** Variables that bash itself gives numbers. */
const numbers = new Set(["RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID", "BASHPID"]);

/**
 * What the variables of a command line can hold. Bash computes with a variable by evaluating its
 * text, which can run commands, so that it may hold only a number; one that the line does not set
 * is that of the environment, and as good.
 */
export class Values {
  readonly #sources = new Map<string, (readonly string[] | undefined)[]>();
  readonly #computed = new Set<string>();
  readonly #arrays = new Set<string>();
  readonly #scalars = new Set<string>();

  /**
   * `from` are the variables that must hold numbers for this one to do so; undefined: it may hold
   * anything.
   */
  assign(name: string, from: readonly string[] | undefined): void {
    this.#sources.set(name, [...(this.#sources.get(name) ?? []), from]);
  }

  /** Bash computes with these. */
  compute(names: readonly string[]): void {
    for (const name of names) this.#computed.add(name);
  }

  array(name: string): void {
    this.#arrays.add(name);
    this.assign(name, undefined);
  }

  /** A declaration whose text for an array would be that of its elements, which is evaluated. */
  declare(name: string): void {
    this.#scalars.add(name);
  }

  /** The variables that may hold what bash then evaluates. */
  doubtful(): string[] {
    const computed = [...this.#computed].filter((name) => !this.#isNumber(name, new Set()));
    return [...computed, ...[...this.#scalars].filter((name) => this.#arrays.has(name))];
  }

  #isNumber(name: string, seen: Set<string>): boolean {
    if (numbers.has(name) || seen.has(name)) return true;
    if (!/^[a-z][a-z0-9_]*$/.test(name)) return false;
    seen.add(name);
    const sources = this.#sources.get(name) ?? [];
    return sources.every((from) => from?.every((one) => this.#isNumber(one, seen)) === true);
  }
}
