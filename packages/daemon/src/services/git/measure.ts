import { git } from "../../os/git.ts";
import { blobSizes, readObjects } from "../../os/git-objects.ts";
import type { FileFact } from "../../policy/facts.ts";
import { parseChanges, type RawChange } from "./diff-parser.ts";

const args = ["diff-tree", "-r", "-z", "--no-renames", "--raw", "--numstat"];
const plain = ["--no-ext-diff", "--no-textconv"];

/** A line that is longer counts as several. */
const bytesPerLine = 400;
/** Larger files without lines that git knows are counted by their length. */
const readAtMost = 1 << 20;

/**
 * How much two trees differ by, file by file, so that nothing can be hidden: of what git calls
 * binary all lines are counted, a rename is a deletion and an addition, and a file that grows by one
 * long line grows by as many lines as that would usually be.
 */
export async function measureChange(gitDir: string, from: string, to: string): Promise<FileFact[]> {
  if (from === to) return [];
  const changes = parseChanges(await git({ gitDir, args: [...args, ...plain, from, to] }));
  const sizes = await blobSizes(gitDir, changes.flatMap(blobsOf));
  const binary = changes.filter((change) => change.binary).flatMap(blobsOf);
  const small = binary.filter((blob) => (sizes.get(blob) ?? 0) <= readAtMost);
  const contents = await readObjects(gitDir, small);
  const linesOf = (blob: string) => {
    const content = contents.get(blob);
    return content ? linesIn(content) : Math.ceil((sizes.get(blob) ?? 0) / bytesPerLine);
  };
  return changes.map((change) => fileFact(change, sizes, linesOf));
}

function blobsOf({ oldBlob, newBlob }: RawChange): string[] {
  return [oldBlob, newBlob].filter((blob) => !/^0+$/.test(blob));
}

function linesIn(content: Buffer): number {
  let lines = 1;
  for (const byte of content) if (byte === 10) lines += 1;
  return lines;
}

function fileFact(
  { path, status, additions, deletions, oldBlob, newBlob, binary }: RawChange,
  sizes: ReadonlyMap<string, number>,
  linesOf: (blob: string) => number,
): FileFact {
  const growth = (sizes.get(newBlob) ?? 0) - (sizes.get(oldBlob) ?? 0);
  const [added, deleted] = binary ? [linesOf(newBlob), linesOf(oldBlob)] : [additions, deletions];
  return {
    path,
    kind: status === "A" ? "add" : status === "D" ? "delete" : "update",
    added: Math.max(added, Math.floor(growth / bytesPerLine)),
    deleted: Math.max(deleted, Math.floor(-growth / bytesPerLine)),
  };
}
