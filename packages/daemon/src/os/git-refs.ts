import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DaemonError } from "@heddle/protocol";
import { git, gitFailed, tryGit } from "./git.ts";

export interface RefChange {
  readonly ref: string;
  /** The new commit; absent to delete the ref. */
  readonly to?: string;
  /** What the ref must hold now, `"absent"` if it must not exist; unchecked when left out. */
  readonly expected?: string;
}

export interface Ref {
  readonly ref: string;
  readonly commit: string;
}

export interface ListedWorktree {
  readonly path: string;
  /** The full name of the branch; absent when HEAD is detached. */
  readonly ref?: string;
}

/** Changes all of the refs or none. Answers `moved` when one does not hold what was expected. */
export async function updateRefs(
  gitDir: string,
  changes: readonly RefChange[],
  reason: string,
): Promise<"updated" | "moved"> {
  const args = ["update-ref", "--create-reflog", "-m", reason, "--stdin"];
  const input = ["start", ...changes.map(refCommand), "commit", ""].join("\n");
  const output = await tryGit({ gitDir, args, input });
  if (output.exitCode === 0) return "updated";
  if (/but expected|already exists|unable to resolve reference/.test(output.stderr)) return "moved";
  throw gitFailed(args, output);
}

function refCommand({ ref, to, expected }: RefChange): string {
  if (!/^(HEAD|refs\/[^\s]+)$/.test(ref)) throw new DaemonError("gitFailed", `bad ref ${ref}`);
  if (to === undefined) return expected ? `delete ${ref} ${expected}` : `delete ${ref}`;
  if (expected === "absent") return `create ${ref} ${to}`;
  return expected ? `update ${ref} ${to} ${expected}` : `update ${ref} ${to}`;
}

/** The refs below a prefix such as `refs/heads/`, sorted by name. */
export async function listRefs(gitDir: string, prefix: string): Promise<Ref[]> {
  const args = ["for-each-ref", "--format=%(refname) %(objectname)", prefix];
  const lines = (await git({ gitDir, args })).split("\n").filter(Boolean);
  return lines.map((line) => {
    const [ref = "", commit = ""] = line.split(" ");
    return { ref, commit };
  });
}

/** So often, and for so long each time, git is given the time to write what another git reads. */
const triesAtMost = 20;
const betweenTriesMs = 50;

/**
 * A `git worktree` reads the files of all others, and fails where another git, ours or the user's,
 * has just made such a file and has yet to fill it.
 */
async function worktree(gitDir: string, command: readonly string[]): Promise<string> {
  const args = ["worktree", ...command];
  for (let tries = 1; ; tries += 1) {
    const output = await tryGit({ gitDir, args });
    if (output.exitCode === 0) return output.stdout.toString("utf8").trimEnd();
    const isBeingMade = /failed to read .*\bcommondir\b/.test(output.stderr);
    if (!isBeingMade || tries === triesAtMost) throw gitFailed(args, output);
    await delay(betweenTriesMs);
  }
}

/**
 * Registers a worktree without any file in it; `branch` is made, or HEAD is detached. Throws
 * `conflict` for a branch that exists.
 */
export async function addWorktree(
  gitDir: string,
  { path, branch, commit }: { path: string; branch?: string; commit: string },
): Promise<void> {
  const add = ["add", "--no-checkout"];
  if (branch === undefined) {
    await worktree(gitDir, [...add, "--detach", path, commit]);
    return;
  }
  // Not by `-b`, which can fail after it has made the branch.
  const change = { ref: `refs/heads/${branch}`, to: commit, expected: "absent" };
  if ((await updateRefs(gitDir, [change], "heddle: thread begun")) === "moved") {
    throw new DaemonError("conflict", `there is a branch ${branch} already`, { branch });
  }
  try {
    await worktree(gitDir, [...add, path, branch]);
  } catch (error) {
    await updateRefs(gitDir, [{ ref: change.ref, expected: commit }], "heddle: not begun");
    throw error;
  }
}

/** Registers a worktree, without any file in it, for a branch that had one which is gone. */
export async function addWorktreeAgain(
  gitDir: string,
  { path, branch }: { path: string; branch: string },
): Promise<void> {
  await worktree(gitDir, ["add", "--no-checkout", "--force", path, branch]);
}

/** Leads worktrees back to a repository that was moved. */
export async function repairWorktrees(gitDir: string, paths: readonly string[]): Promise<void> {
  await worktree(gitDir, ["repair", ...paths]);
}

/** What a worktree is called while it is being removed; no thread's has such a name. */
const goingPrefix = ".going-";

/** The worktree that a folder was before its removal began; undefined for any other folder. */
export function worktreeThatGoes(folder: string): string | undefined {
  const name = basename(folder);
  return name.startsWith(goingPrefix)
    ? join(dirname(folder), name.slice(goingPrefix.length))
    : undefined;
}

/**
 * Removes a worktree with all that is in it, and its administrative files. Only below `root`. It
 * goes all at once, by another name: whoever is killed meanwhile leaves none that is half there.
 */
export async function removeWorktree(
  gitDir: string,
  { path, root }: { path: string; root: string },
): Promise<void> {
  if (!path.startsWith(join(root, sep)) || path.includes(`${sep}..`)) {
    throw new DaemonError("outsideWorktree", `${path} is not below ${root}`, { path, root });
  }
  const going = join(dirname(path), `${goingPrefix}${basename(path)}`);
  await rm(going, { recursive: true, force: true });
  await rename(path, going).catch(unlessMissing);
  await worktree(gitDir, ["remove", "--force", "--force", path]).catch(unlessForgotten);
  await rm(going, { recursive: true, force: true });
}

function unlessForgotten(error: DaemonError): void {
  if (!error.message.includes("is not a working tree")) throw error;
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

export async function listWorktrees(gitDir: string): Promise<ListedWorktree[]> {
  const listing = await worktree(gitDir, ["list", "--porcelain", "-z"]);
  return listing.split("\0\0").flatMap((entry) => {
    const fields = entry.split("\0").filter(Boolean);
    const value = (key: string) =>
      fields.find((field) => field.startsWith(`${key} `))?.slice(key.length + 1);
    const path = value("worktree");
    const ref = value("branch");
    if (!path || fields.some((field) => /^(bare|prunable)/.test(field))) return [];
    return [{ path, ...(ref && { ref }) }];
  });
}
