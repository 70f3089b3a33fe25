import { ScriptError } from "./types.ts";

export interface Addition {
  readonly path: string;
  readonly add: string;
}

export interface Replacement {
  readonly path: string;
  readonly find: string;
  readonly replace: string;
}

/** A new file, or a text in a file that another one takes the place of. */
export type FileChange = Addition | Replacement;

export type Files = Readonly<Record<string, string>>;

const CONTEXT_LINES = 3;

/** The files after the changes. Every `find` stands exactly once in its file. */
export function applyChanges(files: Files, changes: readonly FileChange[]): Files {
  const result: Record<string, string> = { ...files };
  for (const change of changes) {
    result[change.path] =
      "add" in change ? change.add : replaced(result[change.path] ?? "", change);
  }
  return result;
}

/** One patch, in the V4A format, that makes all the changes. */
export function patchText(files: Files, changes: readonly FileChange[]): string {
  const paths = [...new Set(changes.map(({ path }) => path))];
  const sections = paths.flatMap((path) =>
    section(
      path,
      files[path] ?? "",
      changes.filter((change) => change.path === path),
    ),
  );
  return ["*** Begin Patch", ...sections, "*** End Patch", ""].join("\n");
}

/** Lines from `start` on, `old` of them, that make way for `now`. */
interface LineChange {
  readonly start: number;
  readonly old: number;
  readonly now: readonly string[];
}

function section(path: string, content: string, changes: readonly FileChange[]): string[] {
  const [first] = changes;
  if (first && "add" in first) {
    return [`*** Add File: ${path}`, ...linesOf(first.add).map((line) => `+${line}`)];
  }
  const lineChanges = changes
    .map((change) => lineChange(content, change))
    .sort((a, b) => a.start - b.start);
  const hunks = grouped(lineChanges).flatMap((group) => hunk(linesOf(content), group));
  return [`*** Update File: ${path}`, ...hunks];
}

/** Changes whose context would overlap share a hunk. */
function grouped(changes: readonly LineChange[]): LineChange[][] {
  const groups: LineChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    const near = last && change.start - (last.start + last.old) <= 2 * CONTEXT_LINES;
    if (near) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunk(lines: readonly string[], changes: readonly LineChange[]): string[] {
  const out = ["@@"];
  const [first] = changes;
  let at = Math.max(0, (first?.start ?? 0) - CONTEXT_LINES);
  for (const { start, old, now } of changes) {
    out.push(...prefixed(" ", lines.slice(at, start)));
    out.push(...prefixed("-", lines.slice(start, start + old)), ...prefixed("+", now));
    at = start + old;
  }
  return [...out, ...prefixed(" ", lines.slice(at, at + CONTEXT_LINES))];
}

/** The whole lines that a change touches, without those that stay the same at both ends. */
function lineChange(content: string, change: FileChange): LineChange {
  if (!("find" in change)) throw new ScriptError(`${change.path} is both added and changed`);
  const { find, replace } = change;
  const at = onlyIndex(content, change);
  const start = content.lastIndexOf("\n", at - 1) + 1;
  const newline = content.indexOf("\n", at + find.length);
  const end = newline < 0 ? content.length : newline;
  const old = content.slice(start, end).split("\n");
  const now = (content.slice(start, at) + replace + content.slice(at + find.length, end)).split(
    "\n",
  );
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return {
    start: linesOf(content.slice(0, start)).length + head,
    old: old.length - tail - head,
    now: now.slice(head, now.length - tail),
  };
}

function prefixed(prefix: string, lines: readonly string[]): string[] {
  return lines.map((line) => prefix + line);
}

function replaced(content: string, change: Replacement): string {
  const at = onlyIndex(content, change);
  return content.slice(0, at) + change.replace + content.slice(at + change.find.length);
}

function onlyIndex(content: string, { path, find }: Replacement): number {
  const at = content.indexOf(find);
  if (find === "" || find.endsWith("\n")) {
    throw new ScriptError("the text to find is empty or ends with a line break");
  }
  if (at < 0) throw new ScriptError(`"${find}" is not in ${path}`);
  if (content.includes(find, at + 1)) throw new ScriptError(`"${find}" is in ${path} twice`);
  return at;
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}
