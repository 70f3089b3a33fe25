import { foldUnicode, type Tier, tierKeys, wordsOf } from "./tiers.ts";

interface Keyed {
  readonly keys: readonly string[];
  readonly positions: ReadonlyMap<string, readonly number[]>;
}

/** The lines of a file, with an index for each tier that is made when it is first asked for. */
export class FileLines {
  readonly texts: readonly string[];
  #words: ReadonlyMap<string, number> | undefined;
  readonly #keyed = new Map<(text: string) => string, Keyed>();

  constructor(texts: readonly string[]) {
    this.texts = texts;
  }

  keys(tier: Tier): readonly string[] {
    return this.#index(tierKeys[tier]).keys;
  }

  positions(tier: Tier, key: string): readonly number[] {
    return this.#index(tierKeys[tier]).positions.get(key) ?? [];
  }

  /** How often the file has this word. */
  wordCount(word: string): number {
    this.#words ??= countWords(this.texts);
    return this.#words.get(word) ?? 0;
  }

  /** The lines as `@@` headers name them: without indentation, and with single blanks. */
  headerKeys(): readonly string[] {
    return this.#index(headerKey).keys;
  }

  #index(keyOf: (text: string) => string): Keyed {
    const known = this.#keyed.get(keyOf);
    if (known) return known;
    const keys = this.texts.map(keyOf);
    const positions = new Map<string, number[]>();
    for (const [index, key] of keys.entries()) {
      const found = positions.get(key);
      if (found) found.push(index);
      else positions.set(key, [index]);
    }
    const keyed = { keys, positions };
    this.#keyed.set(keyOf, keyed);
    return keyed;
  }
}

function countWords(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

export const headerKey = (text: string): string => foldUnicode(text).trim().replace(/\s+/g, " ");
