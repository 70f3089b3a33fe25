import { resolveObject, textsOf } from "../../os/git-objects.ts";
import { blobsOf } from "../git/diff-parser.ts";
import { renamedChanges } from "../git/diffs.ts";

/** What a file of a diff was, and is; what is not there is empty. */
export interface ChangedFile {
  readonly path: string;
  readonly oldPath: string;
  readonly old: string;
  readonly new: string;
}

interface Trees {
  readonly from: string;
  readonly to: string;
}

/** Both sides of each file that differs between two trees. */
export async function changedFiles(gitDir: string, trees: Trees): Promise<ChangedFile[]> {
  const changes = await renamedChanges(gitDir, trees);
  const text = await textsOf(gitDir, changes.flatMap(blobsOf));
  return changes.map(({ path, oldPath = path, oldBlob, newBlob }) => {
    return { path, oldPath, old: text(oldBlob), new: text(newBlob) };
  });
}

/** The files that are called so now, and then those that were. */
export function filesCalled(files: readonly ChangedFile[], name: string): ChangedFile[] {
  const called = files.filter(({ path }) => path === name);
  return [...called, ...files.filter((file) => file.oldPath === name && file.path !== name)];
}

/** What a file was renamed to; undefined where it was not, or where the older tree is gone. */
export async function newName(
  gitDir: string,
  { path, ...trees }: Trees & { readonly path: string },
): Promise<string | undefined> {
  if ((await resolveObject(gitDir, `${trees.from}^{tree}`)) === undefined) return undefined;
  const changes = await renamedChanges(gitDir, trees);
  return changes.find(({ oldPath }) => oldPath === path)?.path;
}
