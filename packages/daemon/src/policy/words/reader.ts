import type { Token } from "./tokens.ts";

/** Why a sentence is not understood. */
export class NotUnderstood extends Error {}

/** Reads the words of one sentence from left to right. */
export class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** Goes past the longest of these phrases that comes next; undefined where none does. */
  eat(...phrases: readonly string[]): string | undefined {
    let longest: string[] = [];
    for (const phrase of phrases) {
      const words = phrase.split(" ");
      if (words.length > longest.length && words.every((word, at) => this.#word(at) === word)) {
        longest = words;
      }
    }
    this.#at += longest.length;
    return longest.length === 0 ? undefined : longest.join(" ");
  }

  /** Whether one of these phrases comes next. */
  sees(...phrases: readonly string[]): boolean {
    return phrases.some((phrase) => phrase.split(" ").every((word, at) => this.#word(at) === word));
  }

  need(what: string, ...phrases: readonly string[]): string {
    const found = this.eat(...phrases);
    if (found !== undefined) return found;
    throw this.stuck(what);
  }

  take(): Token | undefined {
    const token = this.#tokens[this.#at];
    if (token) this.#at += 1;
    return token;
  }

  /** What `read` reads, or nothing, with the reader where it was. */
  try<T>(read: () => T | undefined): T | undefined {
    const from = this.#at;
    const found = read();
    if (found === undefined) this.#at = from;
    return found;
  }

  stuck(expected: string): NotUnderstood {
    const here = this.next;
    if (here === undefined) return new NotUnderstood(`expected ${expected} at the end`);
    const shown = here.text.length > 60 ? `${here.text.slice(0, 60)}…` : here.text;
    return new NotUnderstood(`expected ${expected}, not "${shown}"`);
  }

  #word(ahead: number): string | undefined {
    return this.#tokens[this.#at + ahead]?.word;
  }
}
