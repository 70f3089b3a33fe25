import type { FileChange } from "../patch/apply.ts";

/**
 * A file's new content as a change like that of a patch, with a patch that shows it to people: the
 * lines from the first that differs to the last.
 */
export function replacedFile(
  path: string,
  before: Buffer | undefined,
  after: Buffer,
): { change: FileChange; patch: string } {
  const { start, removed, added } = difference(linesOf(before), linesOf(after));
  const change: FileChange = {
    kind: before === undefined ? "add" : "update",
    path,
    movedTo: undefined,
    before,
    after,
    added: added.length,
    removed: removed.length,
    tier: "exact",
    changed: [{ start, end: start + added.length }],
  };
  const head =
    before === undefined ? [`*** Add File: ${path}`] : [`*** Update File: ${path}`, "@@"];
  const body = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return { change, patch: ["*** Begin Patch", ...head, ...body, "*** End Patch"].join("\n") };
}

interface Difference {
  /** Where the lines that differ begin, in both. */
  readonly start: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

function difference(before: readonly string[], after: readonly string[]): Difference {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return {
    start,
    removed: before.slice(start, before.length - same),
    added: after.slice(start, after.length - same),
  };
}

function linesOf(bytes: Buffer | undefined): string[] {
  const lines = bytes === undefined ? [] : bytes.toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
