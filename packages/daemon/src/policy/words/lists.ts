import { wordSet } from "../word-set.ts";
import type { Reader } from "./reader.ts";
import type { Token } from "./tokens.ts";

/** One or more of something: `a`, `a and b`, `a, b or c`. */
export function listOf<T>(
  reader: Reader,
  read: (reader: Reader) => T | undefined,
  what: string,
): [T, ...T[]] {
  const first = read(reader);
  if (first === undefined) throw reader.stuck(what);
  return [first, ...following(reader, read)];
}

/** What follows the first thing of a list. */
export function following<T>(reader: Reader, read: (reader: Reader) => T | undefined): T[] {
  const found: T[] = [];
  for (;;) {
    const more = reader.try(() => {
      const comma = reader.eat(",");
      return reader.eat("and", "or") || comma ? read(reader) : undefined;
    });
    if (more === undefined) return found;
    found.push(more);
  }
}

/** Words that nobody means as a name, unless they stand in quotation marks. */
const grammarWords = wordSet(
  `a an and any all anything are as at be before between but by changes command commands do each
   every everything except file files for from if in is it its line lines me more my never no not of
   on or other outside over permission than that the their them there these this those to too
   unattended attended unless until us when where which while with without you your`,
);

export function isName({ text, word, quoted }: Token): boolean {
  return quoted || (/^[\w.@%+=:/*-]+$/.test(text) && !grammarWords.has(word));
}
