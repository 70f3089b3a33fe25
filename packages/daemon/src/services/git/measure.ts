import { git, gitFailed, tryGit } from "../../os/git.ts";
import { blobSizes, readObjects } from "../../os/git-objects.ts";
import type { FileFact } from "../../policy/facts.ts";
import { blobsOf, type Hunk, parseChanges, parsePatches, type RawChange } from "./diff-parser.ts";

const plain = ["diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--raw"];

/** A line that is longer counts as several. */
const bytesPerLine = 400;
/** Larger files without lines that git knows are counted by their length. */
const readAtMost = 1 << 20;
/** Where more than this has changed, all files are counted by their length as well. */
const comparedAtMost = 64 << 20;

interface Lines {
  readonly added: number;
  readonly deleted: number;
}

/**
 * How much two trees differ by, file by file, so that nothing can be hidden: of what git calls
 * binary all lines are counted, a rename is a deletion and an addition, a carriage return ends a
 * line, a long line counts for as many as it would usually be, and an empty file for one.
 */
export async function measureChange(gitDir: string, from: string, to: string): Promise<FileFact[]> {
  if (from === to) return [];
  const changes = parseChanges(await git({ gitDir, args: [...plain, "--numstat", from, to] }));
  const sizes = await blobSizes(gitDir, changes.flatMap(blobsOf));
  const wholes = await binaryLines(gitDir, changes, sizes);
  const text = changes.filter(({ binary }) => !binary);
  const bytes = sum(text.flatMap(blobsOf).map((blob) => sizes.get(blob) ?? 0));
  const hunks =
    bytes <= comparedAtMost && text.length > 0 ? await hunksOf(gitDir, from, to) : undefined;
  return changes.map((change) => {
    if (change.binary) return fileFact(change, wholes(change));
    if (hunks === undefined) return fileFact(change, lengthsOf(change, sizes));
    return fileFact(change, weightOf(hunks.get(change.path) ?? []));
  });
}

/** All lines of both sides, as far as they are small enough to be read. */
async function binaryLines(
  gitDir: string,
  changes: readonly RawChange[],
  sizes: ReadonlyMap<string, number>,
): Promise<(change: RawChange) => Lines> {
  const blobs = changes.filter(({ binary }) => binary).flatMap(blobsOf);
  const small = blobs.filter((blob) => (sizes.get(blob) ?? 0) <= readAtMost);
  const contents = await readObjects(gitDir, small);
  return (change) => {
    const lengths = lengthsOf(change, sizes);
    const [added, deleted] = [change.newBlob, change.oldBlob].map((blob) => contents.get(blob));
    return {
      added: Math.max(lengths.added, added ? linesIn(added) : 0),
      deleted: Math.max(lengths.deleted, deleted ? linesIn(deleted) : 0),
    };
  };
}

function linesIn(content: Buffer): number {
  let lines = 1;
  for (const byte of content) if (byte === 10 || byte === 13) lines += 1;
  return lines;
}

function lengthsOf({ oldBlob, newBlob }: RawChange, sizes: ReadonlyMap<string, number>): Lines {
  const lines = (blob: string) => Math.ceil((sizes.get(blob) ?? 0) / bytesPerLine);
  return { added: lines(newBlob), deleted: lines(oldBlob) };
}

/** The changed lines themselves, without any around them. */
async function hunksOf(
  gitDir: string,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, readonly Hunk[]>> {
  const args = [...plain, "-p", "-U0", from, to];
  const output = await tryGit({ gitDir, args });
  if (output.exitCode !== 0) throw gitFailed(args, output);
  return parsePatches(output.stdout);
}

function weightOf(hunks: readonly Hunk[]): Lines {
  const changed = hunks.flatMap(({ lines }) => lines);
  const weight = (sign: string) => {
    const lines = changed.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
    const bytes = sum(lines.map((line) => Buffer.byteLength(line)));
    return Math.max(sum(lines.map(piecesIn)), Math.floor(bytes / bytesPerLine));
  };
  return { added: weight("+"), deleted: weight("-") };
}

/** What git takes for one line can have ends of lines within it, and be as long as many. */
function piecesIn(line: string): number {
  const pieces = line.replace(/\r$/, "").split("\r");
  const weights = pieces.map((piece) => Math.floor(Buffer.byteLength(piece) / bytesPerLine));
  return sum(weights.map((weight) => Math.max(1, weight)));
}

function fileFact({ path, status, additions, deletions }: RawChange, lines: Lines): FileFact {
  const kind = status === "A" ? "add" : status === "D" ? "delete" : "update";
  return {
    path,
    kind,
    added: Math.max(lines.added, additions, kind === "add" ? 1 : 0),
    deleted: Math.max(lines.deleted, deletions, kind === "delete" ? 1 : 0),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
