import type { Review, ReviewFinding } from "@heddle/protocol";
import type { FileDiff } from "../git/diffs.ts";

/** So much of a diff is shown at once; of more the reviewer reads files. */
const diffUnits = 200_000;

export interface ReviewPrompt {
  readonly what: string;
  /** What the work was for, where that is known. */
  readonly task: string | undefined;
  readonly from: string;
  readonly commit: string;
  readonly files: readonly FileDiff[];
}

/** What a reviewer is given: the change, and what it was for. */
export function reviewPrompt({ what, task, from, commit, files }: ReviewPrompt): string {
  let left = diffUnits;
  const shown = files.map((file) => {
    const text = fileText(file);
    if (text.length > left) return `${headOf(file)}\n(too long to show: read the file)\n`;
    left -= text.length;
    return text;
  });
  return [
    `Review ${what}.`,
    ...(task === undefined ? [] : [`It was made for this task: ${task}`]),
    `\`git diff ${from.slice(0, 12)} ${commit.slice(0, 12)}\` shows the same again.`,
    "<diff>",
    ...shown,
    "</diff>",
  ].join("\n");
}

function fileText(file: FileDiff): string {
  if (file.binary) return `${headOf(file)}\n(binary)\n`;
  const hunks = file.hunks.map(({ oldStart, oldLines, newStart, newLines, header, lines }) => {
    const place = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@ ${header}`.trimEnd();
    return [place, ...lines].join("\n");
  });
  return `${[headOf(file), ...hunks].join("\n")}\n`;
}

function headOf({ path, oldPath, kind, additions, deletions }: FileDiff): string {
  const name = oldPath === undefined ? path : `${oldPath} -> ${path}`;
  return `=== ${name} (${kind}, +${additions} -${deletions})`;
}

/** Findings as they go back to whoever made the change. */
export function fixPrompt({ target }: Review, findings: readonly ReviewFinding[]): string {
  const whose = target.type === "thread" ? "your change" : `this project (${target.type})`;
  return [
    `A review of ${whose} found this. Mend each, or say why it is right as it is.`,
    ...findings.map(({ priority, title, path, start, end, body }, at) => {
      const place = end === start ? `${path}:${start}` : `${path}:${start}-${end}`;
      return `\n${at + 1}. [P${priority}] ${title} (${place})\n${body}`;
    }),
  ].join("\n");
}
