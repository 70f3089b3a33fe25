import type { Names as Words } from "./lex/names.ts";
import type { UsedWords } from "./lex/used-words.ts";
import { FileNames, type Names } from "./names.ts";

interface Known {
  epoch: number;
  /** By the lexer's number of a word: ours, or -1 where it is not known yet. */
  numbers: Int32Array;
}

/** Numbers a lexer's words as names; a word that was met before costs no look-up of its text. */
export class WordNumbers {
  readonly names: Names;
  readonly #known = new WeakMap<Words, Known>();

  constructor(names: Names) {
    this.names = names;
  }

  /** The entries of `FileNames` for the words that a file uses. */
  entriesOf({ store, words, counts }: UsedWords): Uint32Array {
    const { numbers } = this.#knownOf(store);
    const entries = new Uint32Array(words.length);
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? 0;
      let number = numbers[word] ?? -1;
      if (number < 0) {
        number = this.names.add(store.text(word));
        numbers[word] = number;
      }
      entries[at] = FileNames.entry(number, counts[at] ?? 0);
    }
    return entries;
  }

  #knownOf(store: Words): Known {
    let known = this.#known.get(store);
    if (known === undefined || known.epoch !== store.epoch) {
      known = { epoch: store.epoch, numbers: unknown(store.size) };
      this.#known.set(store, known);
    } else if (known.numbers.length < store.size) {
      const grown = unknown(store.size * 2);
      grown.set(known.numbers);
      known.numbers = grown;
    }
    return known;
  }
}

function unknown(size: number): Int32Array {
  return new Int32Array(size).fill(-1);
}
