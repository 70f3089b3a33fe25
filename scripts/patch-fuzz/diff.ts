import type { Edit } from "../../packages/daemon/src/agent/patch/mutations.test.data.ts";

export interface FileDiff {
  readonly oldPath: string;
  readonly edits: readonly Edit[];
}

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** Reads what `git diff -U0 --src-prefix= --dst-prefix=` prints. */
export function parseDiff(text: string): FileDiff[] {
  const lines = text.split("\n");
  const files: { oldPath: string; edits: Edit[] }[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith("--- ")) files.push({ oldPath: line.slice(4).trimEnd(), edits: [] });
    const [header, start, removed = "1", added = "1"] = hunkHeader.exec(line) ?? [];
    if (header === undefined) continue;
    // What is only added stands behind the line that the header names.
    const first = removed === "0" ? Number(start) : Number(start) - 1;
    const from = at + 1 + Number(removed);
    const texts = lines.slice(from, from + Number(added)).map((text) => text.slice(1));
    files.at(-1)?.edits.push({ start: first, removed: Number(removed), added: texts });
    at = from + Number(added) - 1;
  }
  return files;
}
