import type { FileLines } from "./file-lines.ts";
import type { Place } from "./places.ts";
import { tierKeys, wordsOf } from "./tiers.ts";

/** How much of what the file knows of a stale line its own line there must have. */
const leastKept = 0.7;

/**
 * Whether a place with a stale line is the one that is meant, and not a near copy of one that is
 * gone: a line that stands nowhere else is there, and the stale line names what the file's line
 * names. Of two copies one is often told from the other by nothing but the line that differs.
 */
export function isSurelyMeant(file: FileLines, { start, lines }: Place): boolean {
  const old = lines.filter((line) => line.kind !== "add");
  const pairs = old.map(({ text }, index) => ({ text, found: file.texts[start + index] ?? "" }));
  const key = tierKeys.staleContext;
  const stale = pairs.filter(({ text, found }) => key(text) !== key(found));
  const unique = pairs.some(
    ({ text }) =>
      wordsOf(text).length > 0 && file.positions("staleContext", key(text)).length === 1,
  );
  return unique && stale.every(({ text, found }) => namesTheSame(file, text, found));
}

// A word that the file does not have any more tells nothing; one that it has elsewhere may be the
// name of something else, all the more the fewer there are of it.
function namesTheSame(file: FileLines, text: string, found: string): boolean {
  const there = new Set(wordsOf(found));
  let known = 0;
  let kept = 0;
  for (const word of wordsOf(text)) {
    const count = file.wordCount(word);
    if (count === 0) continue;
    known += 1 / Math.sqrt(count);
    if (there.has(word)) kept += 1 / Math.sqrt(count);
  }
  return kept >= leastKept * known;
}
