import type { Anchor } from "@heddle/protocol";

const contextLines = 3;

/** What a comment on lines of a text holds on to: the lines themselves, and a few around them. */
export function anchorAt(
  text: string,
  { start, end, side }: { start: number; end: number; side: Anchor["side"] },
): Anchor | undefined {
  const all = linesOf(text);
  if (end < start || end > all.length) return undefined;
  return {
    side,
    lines: all.slice(start - 1, end),
    before: all.slice(Math.max(0, start - 1 - contextLines), start - 1),
    after: all.slice(end, end + contextLines),
  };
}

/**
 * Where an anchor's lines are in a text as it is now: the place whose surroundings are most alike,
 * and of those the nearest to where it was. Undefined when the lines are gone. Indentation and
 * spaces at the ends of lines may differ.
 */
export function placeOf(
  anchor: Anchor,
  text: string,
  near: number,
): { start: number; end: number } | undefined {
  const all = linesOf(text).map(plain);
  const wanted = anchor.lines.map(plain);
  const places = all
    .map((_, at) => at)
    .filter((at) => wanted.every((line, offset) => all[at + offset] === line));
  const best = places.toSorted((a, b) => {
    const alike = surroundings(anchor, all, b) - surroundings(anchor, all, a);
    return alike || Math.abs(a + 1 - near) - Math.abs(b + 1 - near);
  })[0];
  if (best === undefined) return undefined;
  // Lines without a word are everywhere: they are known by what is around them alone.
  if (wanted.every((line) => !/\w/.test(line)) && surroundings(anchor, all, best) === 0) {
    return undefined;
  }
  return { start: best + 1, end: best + wanted.length };
}

/** How many of the lines around a place are those that were around the anchor. */
function surroundings(
  { before, after, lines }: Anchor,
  all: readonly string[],
  at: number,
): number {
  const above = before.toReversed().filter((line, offset) => all[at - 1 - offset] === plain(line));
  const below = after.filter((line, offset) => all[at + lines.length + offset] === plain(line));
  return above.length + below.length;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\r$/, ""));
}

function plain(line: string): string {
  return line.trim();
}
