import type { Diff, DiffHunk, FileDiff } from "@heddle/protocol";
import { count } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { displayWidth } from "../terminal/table.ts";

export interface DiffTotals {
  readonly files: number;
  readonly additions: number;
  readonly deletions: number;
}

/** All that changed, files that are too many to be listed included. */
export function diffTotals({ files, omitted }: Diff): DiffTotals {
  return files.reduce(
    ({ files, additions, deletions }, file) => ({
      files: files + 1,
      additions: additions + file.additions,
      deletions: deletions + file.deletions,
    }),
    omitted ?? { files: 0, additions: 0, deletions: 0 },
  );
}

/** How much changed in each file, and in all. */
export function diffStat(diff: Diff, paint: Paint): string {
  const names = diff.files.map(fileName);
  const width = Math.max(0, ...names.map(displayWidth));
  const lines = diff.files.map((file, at) => {
    const name = names[at] ?? "";
    return ` ${name}${" ".repeat(width - displayWidth(name))}  ${change(file, paint)}\n`;
  });
  const { files, additions, deletions } = diffTotals(diff);
  const total = ` ${count(files, "file")} changed, ${additions} added, ${deletions} removed\n`;
  const more = diff.omitted ? ` … and ${count(diff.omitted.files, "more file")}\n` : "";
  return `${lines.join("")}${more}${total}`;
}

function fileName({ path, oldPath }: FileDiff): string {
  return printableLine(oldPath === undefined ? path : `${oldPath} → ${path}`);
}

function change({ kind, binary, additions, deletions, ...modes }: FileDiff, paint: Paint): string {
  const mode = kind === "modeChanged" ? `mode ${modes.oldMode} → ${modes.newMode}` : "";
  const lines = binary ? "binary" : plusMinus(additions, deletions, paint);
  const word = kind === "modified" || kind === "modeChanged" ? "" : kind;
  return [lines, word, mode].filter(Boolean).join("  ");
}

export function plusMinus(additions: number, deletions: number, paint: Paint): string {
  return `${paint("green", `+${additions}`)} ${paint("red", `-${deletions}`)}`;
}

interface Look {
  readonly paint: Paint;
  /** What makes text safe where it goes. */
  readonly shown: (text: string) => string;
}

/** The diff as a patch in git's format. */
export function diffText({ files }: Diff, look: Look): string {
  return files.map((file) => fileText(file, look)).join("");
}

function fileText(file: FileDiff, { paint, shown }: Look): string {
  const { binary, hunks, truncated } = file;
  const head = headerLines(file).map((line) => paint("bold", shown(line)));
  const names = hunks.length > 0 ? nameLines(file).map((line) => paint("bold", shown(line))) : [];
  const body = hunks.flatMap(({ lines, ...hunk }) => [
    paint("cyan", shown(hunkLine(hunk))),
    ...lines.map((line) => paintLine(shown(line), paint)),
  ]);
  const notes = [binary ? "Binary files differ" : "", truncated ? "# cut here" : ""].filter(
    Boolean,
  );
  return [...head, ...names, ...body, ...notes].map((line) => `${line}\n`).join("");
}

/** Where a hunk stands; `header` is what git says of its surroundings. */
function hunkLine(hunk: Omit<DiffHunk, "lines">): string {
  const { header, oldStart, oldLines, newStart, newLines } = hunk;
  const place = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  return header === "" ? place : `${place} ${header}`;
}

function headerLines({ path, oldPath = path, kind, oldMode, newMode }: FileDiff): string[] {
  const lines = [`diff --git ${quoted(`a/${oldPath}`)} ${quoted(`b/${path}`)}`];
  if (kind === "added") lines.push(`new file mode ${newMode}`);
  else if (kind === "deleted") lines.push(`deleted file mode ${oldMode}`);
  else if (oldMode !== newMode) lines.push(`old mode ${oldMode}`, `new mode ${newMode}`);
  if (kind === "renamed") lines.push(`rename from ${quoted(oldPath)}`, `rename to ${quoted(path)}`);
  return lines;
}

function nameLines({ path, oldPath = path, kind }: FileDiff): string[] {
  const before = kind === "added" ? "/dev/null" : quoted(`a/${oldPath}`);
  const after = kind === "deleted" ? "/dev/null" : quoted(`b/${path}`);
  return [`--- ${before}`, `+++ ${after}`];
}

// As git quotes names that would break a header.
function quoted(path: string): string {
  if (!/[\p{Cc}"\\]/u.test(path)) return path;
  const inOctal = (char: string) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    return `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, "0")}`;
  };
  return `"${path.replaceAll(/[\p{Cc}"\\]/gu, inOctal)}"`;
}

/** A line of a diff, or of a patch as agents write it, by what it does. */
export function paintLine(line: string, paint: Paint): string {
  if (line.startsWith("*** ")) return paint("bold", line);
  if (line.startsWith("@@")) return paint("cyan", line);
  if (line.startsWith("+")) return paint("green", line);
  return line.startsWith("-") ? paint("red", line) : line;
}
