import { expansion } from "./shell-expansions.ts";
import { quotedPieces } from "./shell-quotes.ts";
import { type HereDocument, type Reading, Unreadable } from "./shell-reading.ts";

const delimiter = /'([^'\n]+)'|"([^"\n$`\\]+)"|((?:[\w.,%+@^:=-]|\\[\w.,%+@^:=-])+)/y;

/** Reads what begins a here-document; its text comes after the line. */
export function hereDocument(reading: Reading, withoutTabs: boolean): void {
  reading.take(/[ \t]+/y);
  const [raw, single, double, plain] = reading.take(delimiter) ?? [];
  if (raw === undefined || !reading.sees(/[ \t\n;&|()<>]|$/y)) {
    throw new Unreadable("the end of a here-document in it cannot be read");
  }
  const text = single ?? double ?? plain?.replaceAll("\\", "") ?? "";
  reading.documents.push({ delimiter: text, isQuoted: raw !== text, withoutTabs });
}

/** Takes the end of a line, and the here-documents that begin there. */
export function endLine(reading: Reading): void {
  reading.expect(/\n/y, "the end of a line");
  for (const document of reading.documents.splice(0)) readBody(reading, document);
}

function readBody(reading: Reading, document: HereDocument): void {
  const lines: string[] = [];
  for (;;) {
    const line = bodyLine(reading, document);
    if (line === document.delimiter) break;
    lines.push(line);
  }
  if (!document.isQuoted) quotedPieces(reading.within(lines.join("\n")), "", expansion);
}

/**
 * A line of the text; where something can be expanded in it, a backslash at its end continues it.
 */
function bodyLine(reading: Reading, { isQuoted, withoutTabs }: HereDocument): string {
  const parts: string[] = [];
  do {
    if (reading.next === "") throw new Unreadable("a here-document in it is not closed");
    const [, part = ""] = reading.take(/([^\n]*)\n?/y) ?? [];
    parts.push(withoutTabs && parts.length === 0 ? part.replace(/^\t+/, "") : part);
  } while (!isQuoted && /(?<!\\)(?:\\\\)*\\$/.test(parts.at(-1) ?? ""));
  const last = parts.pop() ?? "";
  return parts.map((part) => part.slice(0, -1)).join("") + last;
}
