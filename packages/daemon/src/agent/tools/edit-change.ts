import type { FileChange } from "../patch/apply.ts";
import { refusal } from "../patch/refusal.ts";

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

interface Replacement {
  readonly path: string;
  readonly old_string: string;
  readonly new_string: string;
  readonly replace_all: boolean;
}

/** The file's bytes with the text replaced; what is not replaced stays as it is, byte for byte. */
export function replaced(
  before: Buffer,
  { path, old_string, new_string, replace_all }: Replacement,
): Buffer {
  const [wanted, instead] = asInFile(before, old_string, new_string);
  const places = placesOf(before, wanted);
  if (places.length === 0) {
    const message = `old_string does not occur in ${path}: read it again and copy the text exactly`;
    throw refusal(message, { path });
  }
  if (places.length > 1 && !replace_all) {
    const lines = places.map((at) => lineAt(before, at)).join(", ");
    const message = `old_string occurs ${places.length} times in ${path}, in the lines ${lines}: add lines around it, or set replace_all`;
    throw refusal(message, { path });
  }
  const pieces: Buffer[] = [];
  let end = 0;
  for (const at of places) {
    pieces.push(before.subarray(end, at), instead);
    end = at + wanted.length;
  }
  return Buffer.concat([...pieces, before.subarray(end)]);
}

/** Models write \n; in a file of CRLF lines, lines end so. */
function asInFile(before: Buffer, ...texts: [string, string]): [Buffer, Buffer] {
  const isCrlf = before.includes("\r\n") && !texts[0].includes("\r\n");
  const written = (text: string) => Buffer.from(isCrlf ? text.replace(/\r?\n/g, "\r\n") : text);
  return [written(texts[0]), written(texts[1])];
}

function placesOf(bytes: Buffer, wanted: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) {
    places.push(at);
  }
  return places;
}

function lineAt(bytes: Buffer, at: number): number {
  return bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}
