import type { Names } from "./names.ts";

/** How often a file uses each word that is no keyword. Good until the next file is read. */
export class UsedWords implements Iterable<readonly [word: string, count: number]> {
  /** The lexer's store of words, whose numbers `words` has. */
  readonly store: Names;
  readonly words: readonly number[];
  /** By the place in `words`; none is zero. */
  readonly counts: readonly number[];

  constructor(store: Names, words: readonly number[], counts: readonly number[]) {
    this.store = store;
    this.words = words;
    this.counts = counts;
  }

  *[Symbol.iterator](): Iterator<readonly [string, number]> {
    for (const [at, word] of this.words.entries()) {
      yield [this.store.text(word), this.counts[at] ?? 0];
    }
  }
}
