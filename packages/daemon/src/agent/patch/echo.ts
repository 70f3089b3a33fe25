import type { FileChange } from "./apply.ts";
import { decodeText } from "./text.ts";

const mostLines = 40;
const contextLines = 2;
const mostColumns = 200;

/** What the model reads after its patch: each file's counts and tier, and the lines around. */
export function describeChanges(changes: readonly FileChange[]): string {
  let left = mostLines;
  const parts: string[] = [];
  for (const change of changes) {
    const lines = echoLines(change);
    parts.push(summarize(change), ...lines.slice(0, left));
    if (lines.length > left) parts.push(`... ${lines.length - left} more lines`);
    left = Math.max(0, left - lines.length);
  }
  return parts.join("\n");
}

const verbs = { add: "added", update: "updated", delete: "deleted", move: "moved" } as const;
const tierNotes = {
  exact: "",
  trailingWhitespace: " (matched but for trailing whitespace)",
  unicode: " (matched but for typographic characters)",
  indentation: " (matched but for indentation, additions indented as the file is)",
  staleContext: " (some context lines were stale: check the place)",
} as const;

function summarize({ kind, path, movedTo, added, removed, tier }: FileChange): string {
  const name = movedTo === undefined ? path : `${path} to ${movedTo}`;
  return `${verbs[kind]} ${name} +${added} -${removed}${tierNotes[tier]}`;
}

// The model has just written the lines of a new file, so only changed files are shown.
function echoLines(change: FileChange): string[] {
  if (change.kind === "add" || change.after === undefined) return [];
  const lines = decodeText(change.after)?.lines ?? [];
  const echo: string[] = [];
  let shown = 0;
  for (const { start, end } of change.changed) {
    const from = Math.max(shown, start - contextLines);
    const to = Math.min(lines.length, end + contextLines);
    if (from > shown && echo.length > 0) echo.push("...");
    for (let index = from; index < to; index += 1)
      echo.push(numbered(lines[index]?.text ?? "", index));
    shown = Math.max(shown, to);
  }
  return echo;
}

function numbered(text: string, index: number): string {
  const cut = text.length > mostColumns ? `${text.slice(0, mostColumns)}...` : text;
  return `${String(index + 1).padStart(5)}  ${cut}`;
}
