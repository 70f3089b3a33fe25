import { randomUUID } from "node:crypto";
import { copyFile, link, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { git, gitFailed } from "../../os/git.ts";
import { writeTree } from "../../os/git-objects.ts";
import { isHash } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";
import { leaveOutSetUp } from "./set-up-products.ts";

const prefix = "heddle-index-";

export interface TemporaryIndex extends AsyncDisposable {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Makes it the checkout's index. Left undone while another git holds the index's lock. */
  install(): Promise<void>;
}

/** A copy of the checkout's index that knows which files are unchanged, so that adding is quick. */
export async function copyIndex({ gitDir }: Checkout): Promise<TemporaryIndex> {
  const file = join(gitDir, `${prefix}${randomUUID()}`);
  const index = join(gitDir, "index");
  const original = await stat(index).catch(() => undefined);
  if (original) {
    await copyFile(index, file);
    // A file changed in the index's own tick is told by their times: the copy must not be newer.
    const time = (Math.floor(original.mtimeMs) - 1) / 1000;
    await utimes(file, time, time);
  }
  return {
    file,
    env: { GIT_INDEX_FILE: file },
    install: () => install(file, gitDir),
    [Symbol.asyncDispose]: async () => {
      const files = ["", ".lock", "-nested"].map((suffix) => `${file}${suffix}`);
      await Promise.all(files.map((name) => rm(name, { force: true })));
    },
  };
}

async function install(file: string, gitDir: string): Promise<void> {
  const lock = join(gitDir, "index.lock");
  try {
    await link(file, lock);
  } catch {
    // Nothing of ours reads the old index as truth; the next snapshot brings it up to date.
    return;
  }
  await rename(lock, join(gitDir, "index"));
}

/**
 * Keeps every other git from the checkout's index until it is disposed; undefined where one is at
 * work. A daemon that is killed meanwhile leaves a lock that the next one knows for its own.
 */
export async function holdIndex(
  { gitDir }: Checkout,
  { file }: TemporaryIndex,
): Promise<IndexLock | undefined> {
  const lock = join(gitDir, "index.lock");
  // Git replaces the copy itself, so another name keeps what tells the lock.
  const held = `${file}-held`;
  await link(file, held);
  try {
    await link(held, lock);
  } catch {
    await rm(held, { force: true });
    return undefined;
  }
  return {
    install: () => rename(file, join(gitDir, "index")),
    [Symbol.asyncDispose]: async () => {
      await rm(lock, { force: true });
      await rm(held, { force: true });
    },
  };
}

export interface IndexLock extends AsyncDisposable {
  /** Makes the temporary index the checkout's. */
  install(): Promise<void>;
}

/** Clears away what a daemon that was killed has left: its copies, and a lock made from one. */
export async function removeLeftIndexes({ gitDir }: Pick<Checkout, "gitDir">): Promise<void> {
  const left = (await readdir(gitDir)).filter((name) => name.startsWith(prefix));
  const lock = join(gitDir, "index.lock");
  for (const name of left) {
    const file = join(gitDir, name);
    const [ours, held] = await Promise.all(
      [file, lock].map((path) => stat(path).catch(() => undefined)),
    );
    if (ours && held && ours.ino === held.ino && ours.dev === held.dev) await rm(lock);
    await rm(file, { force: true });
  }
}

/** Adds every file that git does not ignore to `index` and answers with the tree. */
export async function addAll(
  box: RunBoxedGit,
  checkout: Checkout,
  index: TemporaryIndex,
): Promise<string> {
  const { stdout, stderr } = await addWhatCan(box, checkout, index);
  const isNested = stderr.includes("embedded git repository");
  if (isNested) await dropNestedRepositories(checkout, index);
  const leftOut = await leaveOutSetUp(checkout, { ...index.env });
  const tree = stdout.toString("utf8").trim();
  if (!isNested && !leftOut && isHash(tree)) return tree;
  return await writeTree(checkout.gitDir, index.file);
}

/** So many files may be in an encoding that they are said to have, and have not. */
const unencodedAtMost = 100;

/**
 * Git adds nothing at all where one file is not in the encoding that attributes say it has; such a
 * file is added byte for byte, since whoever cannot look at a tree can hold nothing to anything.
 */
async function addWhatCan(
  box: RunBoxedGit,
  checkout: Checkout,
  { env }: TemporaryIndex,
): Promise<{ stdout: Buffer; stderr: string }> {
  const unencoded: string[] = [];
  for (;;) {
    const without = unencoded.map((path) => `:(exclude,literal)${path}`);
    const args = ["add", "--all", "--ignore-errors", ".", ...without];
    const request = { access: "write", checkout, args, writeTree: true, env } as const;
    // Exit code 1: some file cannot be added, such as one named `.GIT`. The others have been.
    const result = await runBoxed(box, request, [0, 1, 128]);
    if (result.exitCode !== 128) return result;
    const path = /(?:in|encode) '([^']+)'(?: if encoded| from)/.exec(result.stderr)?.[1];
    if (path === undefined || unencoded.length === unencodedAtMost) {
      throw gitFailed(args, result);
    }
    await addBytes(box, checkout, { path, env });
    unencoded.push(path);
  }
}

async function addBytes(
  box: RunBoxedGit,
  checkout: Checkout,
  { path, env }: { path: string; env: TemporaryIndex["env"] },
): Promise<void> {
  const { gitDir } = checkout;
  const args = ["hash-object", "-w", "--no-filters", "--", path];
  const [{ stdout }, known] = await Promise.all([
    runBoxed(box, { access: "write", checkout, args }),
    git({ gitDir, args: ["ls-files", "--stage", "-z", "--", `:(literal)${path}`], env }),
  ]);
  const mode = known.startsWith("100755") ? "100755" : "100644";
  const input = `${mode} ${stdout.toString("utf8").trim()}\t${path}\0`;
  await git({ gitDir, args: ["update-index", "-z", "--index-info"], env, input });
}

/** A repository made inside the worktree would be recorded as a submodule that nobody can fetch. */
async function dropNestedRepositories(checkout: Checkout, index: TemporaryIndex): Promise<void> {
  const { gitDir } = checkout;
  const { env } = index;
  const [staged, committed] = await Promise.all([
    git({ gitDir, args: ["ls-files", "--stage", "-z"], env }),
    git({ gitDir, args: ["ls-tree", "-r", "-z", "HEAD"] }),
  ]);
  const known = new Set(submodulesIn(committed).map(pathOf));
  const added = submodulesIn(staged).filter((entry) => !known.has(pathOf(entry)));
  // Mode 0 removes an entry.
  const input = added.map((entry) => `0${entry.slice(6)}\0`).join("");
  await git({ gitDir, args: ["update-index", "-z", "--index-info"], env, input });
}

function submodulesIn(listing: string): string[] {
  return listing.split("\0").filter((entry) => entry.startsWith("160000 "));
}

function pathOf(entry: string): string {
  return entry.slice(entry.indexOf("\t") + 1);
}
