import { quote, refusal } from "./refusal.ts";

export interface HunkLine {
  readonly kind: "context" | "delete" | "add";
  readonly text: string;
}

export interface Hunk {
  /** Lines that stand above the change, from the outermost scope to the innermost. */
  readonly headers: readonly string[];
  readonly lines: readonly HunkLine[];
  /** How many lines at the end are blank without a prefix, and may be no part of the hunk. */
  readonly looseBlanks: number;
  readonly endOfFile: boolean;
  /** Where it begins in the patch, counted from 1. */
  readonly patchLine: number;
}

export type Operation =
  | { readonly kind: "add"; readonly path: string; readonly content: string }
  | { readonly kind: "delete"; readonly path: string }
  | {
      readonly kind: "update";
      readonly path: string;
      readonly movedTo: string | undefined;
      readonly hunks: readonly Hunk[];
    };

interface Cursor {
  readonly lines: readonly string[];
  at: number;
}

/** Reads a V4A patch as models write it: wrapped in a heredoc or fence, with CRLF, and so on. */
export function parsePatch(patch: string): Operation[] {
  if (!patch.isWellFormed()) throw refusal("the patch is not valid Unicode text");
  const cursor: Cursor = { lines: splitPatch(patch), at: 0 };
  const operations: Operation[] = [];
  skipWrapper(cursor);
  while (cursor.at < cursor.lines.length) {
    operations.push(...parseOperations(cursor));
    skipTrailer(cursor);
  }
  if (operations.length === 0) throw refusal("the patch names no file");
  return operations;
}

function splitPatch(patch: string): string[] {
  const lines = patch.replace(/^\ufeff/, "").split("\n");
  const written = lines.filter((line) => line !== "");
  const crlf = written.length > 0 && written.slice(0, -1).every((line) => line.endsWith("\r"));
  return crlf ? lines.map(withoutReturn) : lines;
}

const withoutReturn = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);

const directive = /^\*\*\* (?:(Add|Update|Delete) File|(Move to)):\s*(.*?)\s*$/;
const isBegin = (line: string): boolean => line.trim() === "*** Begin Patch";
const isEnd = (line: string): boolean => line.trimEnd() === "*** End Patch";
const isEndOfFile = (line: string): boolean => line.trimEnd() === "*** End of File";

function fail(cursor: Cursor, message: string): never {
  throw refusal(`line ${cursor.at + 1} of the patch: ${message}`, { patchLine: cursor.at + 1 });
}

function skipWrapper(cursor: Cursor): void {
  const begin = cursor.lines.findIndex(isBegin);
  const first = cursor.lines.findIndex((line) => line.startsWith("*** "));
  if (begin === -1 && first === -1) throw refusal("the patch has no '*** Begin Patch' line");
  if (first !== -1 && (begin === -1 || first < begin)) cursor.at = first;
  else cursor.at = begin + 1;
}

// What follows the end may only be the end of a wrapper: lost hunks must not go unnoticed.
function skipTrailer(cursor: Cursor): void {
  for (; cursor.at < cursor.lines.length; cursor.at += 1) {
    const line = (cursor.lines[cursor.at] ?? "").trim();
    if (isBegin(line)) {
      cursor.at += 1;
      return;
    }
    if (!/^(```|[A-Za-z_]*|['")]+)$/.test(line)) {
      fail(cursor, `text after '*** End Patch': ${quote(line)}`);
    }
  }
}

function parseOperations(cursor: Cursor): Operation[] {
  const operations: Operation[] = [];
  for (;;) {
    const line = cursor.lines[cursor.at];
    if (line === undefined) {
      throw refusal("the patch has no '*** End Patch' line: it may be cut short");
    }
    if (isEnd(line)) {
      cursor.at += 1;
      return operations;
    }
    if (line.trim() === "") cursor.at += 1;
    else operations.push(parseOperation(cursor, line));
  }
}

function parseOperation(cursor: Cursor, line: string): Operation {
  const [, verb, , path] = directive.exec(line) ?? [];
  if (verb === undefined) {
    fail(
      cursor,
      `expected '*** Add File:', '*** Update File:' or '*** Delete File:', got ${quote(line)}`,
    );
  }
  if (!path) fail(cursor, "the file has no name");
  cursor.at += 1;
  if (verb === "Delete") return { kind: "delete", path };
  if (verb === "Add") return { kind: "add", path, content: parseContent(cursor) };
  return parseUpdate(cursor, path);
}

const noNewlineMark = /^\\ No newline at end of file\s*$/;

function parseContent(cursor: Cursor): string {
  const content: string[] = [];
  let blanks = 0;
  let lastNewline = "\n";
  for (; !endsSection(cursor); cursor.at += 1) {
    const line = cursor.lines[cursor.at] ?? "";
    if (line.trim() === "") blanks += 1;
    else if (noNewlineMark.test(line)) lastNewline = "";
    else if (line.startsWith("+")) {
      content.push(...Array<string>(blanks).fill(""), line.slice(1));
      blanks = 0;
    } else fail(cursor, `each line of an added file begins with '+', got ${quote(line)}`);
  }
  return content.length === 0 ? "" : content.join("\n") + lastNewline;
}

function endsSection(cursor: Cursor): boolean {
  const line = cursor.lines[cursor.at];
  return line === undefined || isEnd(line) || directive.test(line);
}

function parseUpdate(cursor: Cursor, path: string): Operation {
  const [, , move, movedTo] = directive.exec(cursor.lines[cursor.at] ?? "") ?? [];
  if (move) {
    if (!movedTo) fail(cursor, "the new place has no name");
    cursor.at += 1;
  }
  skipUnifiedNames(cursor);
  const hunks: Hunk[] = [];
  for (let hunk = parseHunk(cursor); hunk; hunk = parseHunk(cursor)) hunks.push(hunk);
  if (hunks.length === 0 && !movedTo) fail(cursor, `the update of ${path} has no hunk`);
  return { kind: "update", path, movedTo, hunks };
}

function skipUnifiedNames(cursor: Cursor): void {
  const [removed, added, header] = cursor.lines.slice(cursor.at, cursor.at + 3);
  if (removed?.startsWith("--- ") && added?.startsWith("+++ ") && header?.startsWith("@@")) {
    cursor.at += 2;
  }
}

function parseHunk(cursor: Cursor): Hunk | undefined {
  while (!endsSection(cursor) && cursor.lines[cursor.at]?.trim() === "") cursor.at += 1;
  if (endsSection(cursor)) return undefined;
  const patchLine = cursor.at + 1;
  const headers = parseHeaders(cursor);
  const { lines, looseBlanks } = parseHunkLines(cursor);
  const endOfFile = isEndOfFile(cursor.lines[cursor.at] ?? "");
  if (endOfFile) cursor.at += 1;
  if (lines.length === looseBlanks) fail(cursor, "the hunk before it has no lines");
  return { headers, lines, looseBlanks, endOfFile, patchLine };
}

const unifiedHeader = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/;

function parseHeaders(cursor: Cursor): string[] {
  const headers: string[] = [];
  for (let line = cursor.lines[cursor.at]; line?.startsWith("@@"); line = cursor.lines[cursor.at]) {
    // The numbers of a unified header are mostly wrong, and are not looked at.
    const text = unifiedHeader.test(line)
      ? line.replace(unifiedHeader, "")
      : line.slice(2).replace(/\s@@\s*$/, "");
    if (text.trim() !== "" && text.trim() !== "@@") headers.push(text.trim());
    cursor.at += 1;
  }
  return headers;
}

function parseHunkLines(cursor: Cursor): { lines: HunkLine[]; looseBlanks: number } {
  const lines: HunkLine[] = [];
  let looseBlanks = 0;
  for (; !endsSection(cursor); cursor.at += 1) {
    const line = withoutReturn(cursor.lines[cursor.at] ?? "");
    if (line.startsWith("@@") || isEndOfFile(line)) break;
    if (noNewlineMark.test(line)) continue;
    lines.push(parseHunkLine(cursor, line));
    looseBlanks = line === "" ? looseBlanks + 1 : 0;
  }
  return { lines, looseBlanks };
}

function parseHunkLine(cursor: Cursor, line: string): HunkLine {
  const text = line.slice(1);
  if (line.startsWith("+")) return { kind: "add", text };
  if (line.startsWith("-")) return { kind: "delete", text };
  if (line.startsWith(" ") || line === "") return { kind: "context", text };
  // A tab that stands first is the line's own: the blank before it was forgotten.
  if (line.startsWith("\t")) return { kind: "context", text: line };
  fail(cursor, `each line of a hunk begins with ' ', '+' or '-', got ${quote(line)}`);
}
