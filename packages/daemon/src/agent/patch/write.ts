import { DaemonError } from "@heddle/protocol";
import type { TreeFile, TreeFiles } from "../../os/tree-files.ts";
import type { FileChange, PatchSource } from "./apply.ts";
import { refusal } from "./refusal.ts";

type Undo = () => Promise<void>;

/** Files above this size are not patched. */
const maxBytes = 8 * 1024 * 1024;

/** Lets a patch be planned against the files of a worktree. */
export function patchSource(tree: TreeFiles): PatchSource {
  return {
    resolve: (path) => tree.resolve(path),
    read: async (path) => (await readIfPresent(tree, path))?.bytes,
  };
}

async function readIfPresent(tree: TreeFiles, path: string): Promise<TreeFile | undefined> {
  try {
    return await tree.read(path, { maxBytes });
  } catch (error) {
    if (error instanceof DaemonError && error.kind === "notFound") return undefined;
    throw error;
  }
}

/**
 * Writes all changes, or none: refuses when a file is not as it was when the patch was planned, and
 * takes back what it wrote when a later write fails.
 */
export async function applyChanges(tree: TreeFiles, changes: readonly FileChange[]): Promise<void> {
  const modes = new Map<FileChange, number | undefined>();
  for (const change of changes) modes.set(change, await expectUnchanged(tree, change));
  const undo: Undo[] = [];
  try {
    for (const change of changes) await applyChange(tree, change, modes.get(change), undo);
  } catch (error) {
    await takeBack(undo, error);
    throw error;
  }
}

async function expectUnchanged(tree: TreeFiles, change: FileChange): Promise<number | undefined> {
  const { path, movedTo, before } = change;
  const current = await readIfPresent(tree, path);
  const same = before === undefined ? current === undefined : current?.bytes.equals(before);
  if (!same)
    throw refusal(`${path} has changed since the patch was planned: read it again`, { path });
  if (movedTo !== undefined && (await tree.stat(movedTo))) {
    throw refusal(`${movedTo} exists already`, { path: movedTo });
  }
  return current?.mode;
}

async function applyChange(
  tree: TreeFiles,
  { path, movedTo, before, after }: FileChange,
  mode: number | undefined,
  undo: Undo[],
): Promise<void> {
  const kept = mode === undefined ? {} : { mode };
  const target = movedTo ?? path;
  if (after !== undefined) {
    const created = await tree.write(target, after, kept);
    undo.push(async () => {
      if (before !== undefined && movedTo === undefined) await tree.write(path, before, kept);
      else await tree.remove(target);
      for (const directory of created.toReversed()) await tree.removeDirectory(directory);
    });
  }
  if (after === undefined || movedTo !== undefined) {
    await tree.remove(path);
    undo.push(async () => {
      if (before !== undefined) await tree.write(path, before, kept);
    });
  }
}

async function takeBack(undo: readonly Undo[], cause: unknown): Promise<void> {
  const failures: unknown[] = [];
  for (const step of undo.toReversed()) await step().catch((error) => failures.push(error));
  if (failures.length > 0) {
    throw new AggregateError(failures, "a patch that failed could not be taken back whole", {
      cause,
    });
  }
}
