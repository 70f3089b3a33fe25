import type { DaemonError } from "@heddle/protocol";
import type { FileLines } from "./file-lines.ts";
import type { Hunk } from "./parse.ts";
import { quote, refusal } from "./refusal.ts";
import { foldUnicode, tierKeys } from "./tiers.ts";

const mostCompared = 60;
const mostPositions = 1000;
const tier = "indentation";

/** Says where the hunk comes closest to the file, and which line is the first to differ. */
export function noMatch(path: string, lines: FileLines, hunk: Hunk): DaemonError {
  const file = lines.texts;
  const old = hunk.lines.filter((line) => line.kind !== "add").map((line) => line.text);
  const where = `patch line ${hunk.patchLine}`;
  if (old.length === 0) {
    return refusal(`${path}, hunk at ${where}: no context tells where the lines go: add some`);
  }
  const present = alreadyThere(file, hunk);
  const hint = present === undefined ? "" : `; its result already stands at line ${present + 1}`;
  const start = closestStart(lines, old);
  if (start === undefined) {
    return refusal(`${path}, hunk at ${where}: none of its lines is in the file${hint}`, {
      path,
      patchLine: hunk.patchLine,
      expected: old[0],
    });
  }
  const { index, found } = firstDifference(file, old, start);
  const line = start + index + 1;
  const shown = found === undefined ? "the file ends" : `the file has ${quote(found)}`;
  const expected = old[index] ?? "";
  return refusal(
    `${path}, hunk at ${where}: no place matches; the closest is line ${start + 1}, ` +
      `but at line ${line} the patch expects ${quote(expected)} and ${shown}${hint}`,
    { path, patchLine: hunk.patchLine, line, expected, found: found ?? null },
  );
}

// Lines that stand everywhere tell nothing about the place.
function closestStart(file: FileLines, old: readonly string[]): number | undefined {
  const counts = new Map<number, number>();
  for (const [index, text] of old.slice(0, mostCompared).entries()) {
    const positions = text.trim() === "" ? [] : file.positions(tier, tierKeys[tier](text));
    if (positions.length > mostPositions) continue;
    for (const position of positions) {
      const start = Math.max(0, position - index);
      counts.set(start, (counts.get(start) ?? 0) + 1);
    }
  }
  const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
  return [...counts.keys()].sort((a, b) => a - b).find((start) => counts.get(start) === most);
}

function firstDifference(
  file: readonly string[],
  old: readonly string[],
  start: number,
): { index: number; found: string | undefined } {
  const differs = (normalize: (text: string) => string): number =>
    old.findIndex((text, index) => {
      const found = file[start + index];
      return found === undefined || normalize(found) !== normalize(text);
    });
  const loose = differs(foldUnicode);
  const index = Math.max(loose === -1 ? differs((text) => text) : loose, 0);
  return { index, found: file[start + index] };
}

function alreadyThere(file: readonly string[], hunk: Hunk): number | undefined {
  if (!hunk.lines.some((line) => line.kind === "add")) return undefined;
  const wanted = hunk.lines.filter((line) => line.kind !== "delete").map((line) => line.text);
  const start = file.findIndex((_, at) => wanted.every((text, index) => file[at + index] === text));
  return start === -1 ? undefined : start;
}
