export interface Hunk {
  /** What git prints behind the second `@@`: usually the enclosing function. */
  readonly header: string;
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each with its prefix: a space, `+`, `-`, or `\` for a missing end of line. */
  readonly lines: readonly string[];
}

export interface RawChange {
  readonly status: string;
  readonly path: string;
  readonly oldPath?: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldBlob: string;
  readonly newBlob: string;
  readonly additions: number;
  readonly deletions: number;
  readonly binary: boolean;
}

export type Raw = Omit<RawChange, "additions" | "deletions" | "binary">;

/** The blobs of both sides, the old one first, as far as there are any. */
export function blobsOf({ oldBlob, newBlob, oldMode, newMode }: Raw): string[] {
  const sides = [
    { blob: oldBlob, mode: oldMode },
    { blob: newBlob, mode: newMode },
  ];
  const isBlob = ({ mode }: { mode: string }) => mode !== "000000" && mode !== "160000";
  return sides.filter(isBlob).map(({ blob }) => blob);
}

/** Reads `git diff-tree -z --raw --numstat`: names are between NULs, so any name is safe. */
export function parseChanges(output: string): RawChange[] {
  const fields = output.split("\0");
  const { raws, next } = parseRaws(fields);
  let at = next;
  return raws.map((raw) => {
    const [additions = "0", deletions = "0", name] = (fields[at] ?? "").split("\t");
    at += name === "" ? 3 : 1;
    const binary = additions === "-";
    return {
      ...raw,
      additions: binary ? 0 : Number(additions),
      deletions: binary ? 0 : Number(deletions),
      binary,
    };
  });
}

/** Reads the records of `git diff-tree -z --raw`, and where the rest begins. */
export function parseRaws(fields: readonly string[]): { raws: Raw[]; next: number } {
  const raws: Raw[] = [];
  let next = 0;
  while (fields[next]?.startsWith(":")) {
    const [oldMode = "", newMode = "", oldBlob = "", newBlob = "", state = ""] =
      fields[next]?.slice(1).split(" ") ?? [];
    const status = state.slice(0, 1);
    const renamed = status === "R" || status === "C";
    const first = fields[next + 1] ?? "";
    const path = renamed ? (fields[next + 2] ?? "") : first;
    raws.push({
      status,
      path,
      ...(renamed && { oldPath: first }),
      oldMode,
      newMode,
      oldBlob,
      newBlob,
    });
    next += renamed ? 3 : 2;
  }
  return { raws, next };
}

/**
 * Reads `git diff-tree -z --raw -p` into the hunks of each path. Patches come in the order of the
 * raw entries, so that the names in their headers, which git quotes, need not be read.
 */
export function parsePatches(output: Buffer): ReadonlyMap<string, readonly Hunk[]> {
  // Between the raw entries and the patches there is an empty field.
  const end = output.indexOf("\0\0");
  if (end < 0) return new Map();
  const { raws } = parseRaws(output.toString("utf8", 0, end + 1).split("\0"));
  const reader = new PatchReader(output.toString("utf8", end + 2));
  // A changed type is shown as a deletion and an addition.
  return new Map(
    raws.map((raw) => [
      raw.path,
      raw.status === "T" ? [...reader.section(), ...reader.section()] : reader.section(),
    ]),
  );
}

class PatchReader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(patch: string) {
    this.#lines = patch.split("\n");
  }

  section(): Hunk[] {
    this.#at += 1;
    const hunks: Hunk[] = [];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.startsWith("diff --git ")) return hunks;
      const hunk = parseHunkHeader(line);
      this.#at += 1;
      if (hunk) hunks.push({ ...hunk, lines: this.#hunkLines(hunk) });
    }
  }

  /** Counts lines instead of looking at them: a changed line may look like any header. */
  #hunkLines({ oldLines, newLines }: Pick<Hunk, "oldLines" | "newLines">): string[] {
    const start = this.#at;
    for (let older = oldLines, newer = newLines; ; this.#at += 1) {
      const prefix = this.#lines[this.#at]?.slice(0, 1);
      if (prefix === undefined || (older <= 0 && newer <= 0 && prefix !== "\\")) break;
      if (prefix === " " || prefix === "-") older -= 1;
      if (prefix === " " || prefix === "+") newer -= 1;
    }
    return this.#lines.slice(start, this.#at);
  }
}

function parseHunkHeader(line: string): Omit<Hunk, "lines"> | undefined {
  const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/.exec(line);
  if (!match) return undefined;
  const [, oldStart, oldLines = "1", newStart, newLines = "1", header = ""] = match;
  return {
    header,
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
  };
}
