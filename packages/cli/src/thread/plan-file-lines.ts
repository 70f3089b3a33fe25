/** What a file of headings, lists and fenced text is made of, in the order of the file. */
export type PlanFileLine =
  | { readonly type: "heading"; readonly name: string }
  | { readonly type: "line"; readonly text: string }
  /** What stands in a fence is taken as it is; `raw` has the fence as well. */
  | {
      readonly type: "block";
      readonly text: string;
      readonly raw: string;
      readonly closed: boolean;
    };

const opening = /^(\s*(?:(?:[-*]|\d+[.)])\s+)?)(`{3,})\w*\s*$/;
const marked = /^\s*(?:[-*]|\d+[.)])(?:\s+|$)(.*)$/s;

export function planFileLines(text: string): PlanFileLine[] {
  const all = linesOf(text);
  const found: PlanFileLine[] = [];
  for (let at = 0; at < all.length; ) {
    const line = all[at] ?? "";
    const [, before = "", fence] = opening.exec(line) ?? [];
    const taken = fence === undefined ? plainLine(line) : block(all, at, before.length, fence);
    found.push(taken);
    at += taken.type === "block" ? taken.raw.split("\n").length : 1;
  }
  return found;
}

/** An editor may have ended all lines in its own way, which then is no part of what they say. */
function linesOf(text: string): string[] {
  const own = /(?<!\r)\n/.test(text) ? text : text.replaceAll("\r\n", "\n");
  return own.split("\n");
}

function plainLine(text: string): PlanFileLine {
  const [, name] = /^# +(.+)$/s.exec(text) ?? [];
  return name === undefined ? { type: "line", text } : { type: "heading", name: name.trim() };
}

function block(
  lines: readonly string[],
  start: number,
  indent: number,
  fence: string,
): PlanFileLine {
  const after = lines.findIndex((line, at) => at > start && line.trim() === fence);
  const closed = after >= 0;
  const end = closed ? after : lines.length;
  const inner = lines.slice(start + 1, end).map((line) => dedented(line, indent));
  const raw = lines.slice(start, closed ? end + 1 : end).join("\n");
  return { type: "block", text: inner.join("\n"), raw, closed };
}

function dedented(line: string, indent: number): string {
  const blank = line.length - line.trimStart().length;
  return line.slice(Math.min(blank, indent));
}

/** A text between fences that it does not have itself. */
export function fenced(text: string, indent = ""): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const lines = text.split("\n").map((line) => (line === "" ? "" : `${indent}${line}`));
  return [fence, ...lines, `${indent}${fence}`].join("\n");
}

/**
 * The rows of a list. Each line is one, with a dash or a number before it or without; an indented
 * one goes on with the row above.
 */
export function rowsOf(lines: readonly PlanFileLine[]): string[] {
  const rows: string[] = [];
  for (const line of lines) {
    if (line.type === "block") rows.push(line.text);
    else if (line.type === "line") addRow(rows, line.text);
  }
  return rows.filter((row) => row.trim() !== "");
}

function addRow(rows: string[], line: string): void {
  const text = line.trim();
  const [, row] = marked.exec(line) ?? [];
  const above = rows.length - 1;
  if (row !== undefined) rows.push(row.trim());
  else if (/^\s/.test(line) && text !== "" && above >= 0) rows[above] += ` ${text}`;
  else rows.push(text);
}
