import { git } from "../../os/git.ts";
import { blobSizes } from "../../os/git-objects.ts";
import type { FileFact } from "../../policy/facts.ts";
import { parseChanges, type RawChange } from "./diff-parser.ts";

const args = ["diff-tree", "-r", "-z", "--no-renames", "--raw", "--numstat", "--text"];
const plain = ["--no-ext-diff", "--no-textconv"];

/** A line that is longer counts as several. */
const bytesPerLine = 400;

/**
 * How much two trees differ by, file by file, so that nothing can be hidden: what git calls binary
 * is counted by its lines all the same, a rename is a deletion and an addition, and a file that
 * grows by one long line grows by as many lines as that would usually be.
 */
export async function measureChange(gitDir: string, from: string, to: string): Promise<FileFact[]> {
  if (from === to) return [];
  const changes = parseChanges(await git({ gitDir, args: [...args, ...plain, from, to] }));
  const sizes = await blobSizes(gitDir, changes.flatMap(blobsOf));
  return changes.map((change) => fileFact(change, sizes));
}

function blobsOf({ oldBlob, newBlob }: RawChange): string[] {
  return [oldBlob, newBlob].filter((blob) => !/^0+$/.test(blob));
}

function fileFact(change: RawChange, sizes: ReadonlyMap<string, number>): FileFact {
  const { path, status, additions, deletions, oldBlob, newBlob } = change;
  const growth = (sizes.get(newBlob) ?? 0) - (sizes.get(oldBlob) ?? 0);
  return {
    path,
    kind: status === "A" ? "add" : status === "D" ? "delete" : "update",
    added: Math.max(additions, Math.floor(growth / bytesPerLine)),
    deleted: Math.max(deletions, Math.floor(-growth / bytesPerLine)),
  };
}
