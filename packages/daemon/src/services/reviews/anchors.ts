import type { Anchor } from "@heddle/protocol";
import { type Place, type Sight, sightsOf } from "./sights.ts";

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
 * Where an anchor's lines are in a text as it is now: the place that has most of them and of what
 * was around them, and of those the nearest to where it was. Some may have changed or gone.
 * Undefined when they are gone, or when there is too little to know them by. Indentation and spaces
 * at the ends of lines may differ.
 */
export function placeOf(anchor: Anchor, text: string, near: number): Place | undefined {
  const { side, before, lines, after } = anchor;
  const bare = {
    side,
    before: before.map(plain),
    lines: lines.map(plain),
    after: after.map(plain),
  };
  const sights = sightsOf(bare, linesOf(text).map(plain), near);
  const far = ({ place }: Sight) => Math.abs(place.start - near);
  const [best] = sights
    .filter(({ isThere }) => isThere)
    .toSorted((a, b) => b.weight - a.weight || far(a) - far(b));
  if (best === undefined) return undefined;
  const [found = best] = [best, ...sights.filter((sight) => standsAlike(sight, best))].toSorted(
    (a, b) => far(a) - far(b),
  );
  return found.isThere && isKnown(found, far(found)) ? found.place : undefined;
}

/**
 * A line alone is everywhere: far from where it was, half of what it stood among has to be there.
 */
function isKnown({ lines, around, isWhole }: Sight, distance: number): boolean {
  const known = lines.known + around.known;
  if (distance <= contextLines) return known > 0 || isWhole;
  return known > 1 && 2 * known >= lines.of + around.of;
}

/**
 * Whether another place is as good by what is around it. The nearest of such is the right one:
 * where its lines are not there, they were changed, and those of the best place are only like them.
 */
function standsAlike({ isThere, span, lines, around }: Sight, best: Sight): boolean {
  const isElsewhere = span.end < best.span.start || span.start > best.span.end;
  const isAlike = around.known >= best.around.known && 2 * around.known >= around.of;
  return isElsewhere && isAlike && (!isThere || 2 * lines.known >= lines.of);
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\r$/, ""));
}

function plain(line: string): string {
  return line.trim();
}
