import { constants, copyFile, lstat, mkdir, realpath, rm } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { runBoxed } from "./boxed.ts";
import { fillFolder } from "./lent-folder.ts";
import { changedLockFile } from "./lock-files.ts";

export interface LendRequest {
  /** The user's checkout. */
  readonly from: Checkout;
  /** The thread's, fresh: nothing runs in it yet. */
  readonly to: Checkout;
  /** Ignored folders that the project lists besides `node_modules` and `.venv`. */
  readonly folders?: readonly string[];
  /** Small ignored files that the project lists, such as `.env`. */
  readonly files?: readonly string[];
  /** What git ignores in `from`, if somebody has asked already. */
  readonly ignored?: Promise<readonly string[]>;
}

export interface Lending {
  /** The user's folders that links lead to; the box binds them read-only where they are. */
  readonly lent: readonly string[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

const usual = new Set(["node_modules", ".venv"]);
const maximalFileBytes = 1 << 20;

/**
 * Lends the user's ignored dependency folders to a fresh worktree: each is a real folder there,
 * with a link an entry. Listed files are copied. What git would show as untracked is taken back.
 */
export async function lend(box: RunBoxedGit, request: LendRequest): Promise<Lending> {
  const { from, to, folders = [], files = [] } = request;
  const ignored = await (request.ignored ?? ignoredPaths(box, from));
  const found = ignored.filter((path) => path.endsWith("/") && usual.has(basename(path)));
  const wanted = new Set([...found, ...folders].map(relativePath));
  const lent: string[] = [];
  const skipped: { path: string; reason: string }[] = [];
  const attempt = async (path: string, lendOne: LendOne): Promise<void> => {
    const reason = refusePath(path, ignored) ?? (await lendOne({ from, to, path }));
    if (reason) skipped.push({ path, reason });
    else lent.push(path);
  };
  for (const path of wanted) await attempt(path, lendFolder);
  for (const path of files.map(relativePath)) await attempt(path, lendFile);
  const visible = await takeBackVisible(box, to, lent);
  skipped.push(
    ...visible.map((path) => ({ path, reason: "git does not ignore it in the thread" })),
  );
  const kept = lent.filter((path) => wanted.has(path) && !visible.includes(path));
  return { lent: kept.map((path) => join(from.worktree, path)), skipped };
}

/** Takes folders and files back that were lent to a worktree, before they are lent again. */
export async function takeBack(to: Checkout, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const target = join(to.worktree, path);
    if (!(await isReal(dirname(target), "isDirectory"))) continue;
    await rm(target, { recursive: true, force: true });
  }
}

interface Loan {
  readonly from: Checkout;
  readonly to: Checkout;
  readonly path: string;
}
/** Answers with the reason if it cannot be lent. */
type LendOne = (loan: Loan) => Promise<string | undefined>;

async function lendFolder({ from, to, path }: Loan): Promise<string | undefined> {
  const source = join(from.worktree, path);
  const target = join(to.worktree, path);
  if (!(await isReal(source, "isDirectory"))) return "it is not a folder of the checkout";
  const obstacle = await targetObstacle(target);
  if (obstacle) return obstacle;
  const lockFile = await changedLockFile({ from: from.worktree, to: to.worktree, path });
  if (lockFile) return `${lockFile} differs from the checkout's`;
  await mkdir(target);
  await fillFolder({ source, target, from: from.worktree, to: to.worktree });
  return undefined;
}

async function lendFile({ from, to, path }: Loan): Promise<string | undefined> {
  const source = join(from.worktree, path);
  const target = join(to.worktree, path);
  if (!(await isReal(source, "isFile"))) return "it is not a file of the checkout";
  if ((await lstat(source)).size > maximalFileBytes) return "it is larger than 1 MiB";
  const obstacle = await targetObstacle(target);
  if (obstacle) return obstacle;
  await copyFile(source, target, constants.COPYFILE_EXCL);
  return undefined;
}

/** Untracked and ignored paths; a folder that is ignored as a whole ends in a slash. */
export async function ignoredPaths(box: RunBoxedGit, checkout: Checkout): Promise<string[]> {
  return await listOthers(box, checkout, ["--ignored"]);
}

async function listOthers(box: RunBoxedGit, checkout: Checkout, more: string[]): Promise<string[]> {
  const args = ["ls-files", "--others", ...more, "--exclude-standard", "--directory", "-z"];
  const { stdout } = await runBoxed(box, { access: "read", checkout, args });
  return stdout.toString("utf8").split("\0").filter(Boolean);
}

/** Removes what git shows as untracked in the thread's worktree, and names it. */
async function takeBackVisible(
  box: RunBoxedGit,
  to: Checkout,
  lent: readonly string[],
): Promise<string[]> {
  if (lent.length === 0) return [];
  const untracked = await listOthers(box, to, ["--no-empty-directory"]);
  const visible = lent.filter((path) =>
    untracked.some(
      (other) => `${path}/`.startsWith(other) || other.startsWith(`${path}/`) || other === path,
    ),
  );
  for (const path of visible) await rm(join(to.worktree, path), { recursive: true });
  return visible;
}

function relativePath(path: string): string {
  return normalize(path).replace(/\/$/, "");
}

function refusePath(path: string, ignored: readonly string[]): string | undefined {
  const outside = isAbsolute(path) || path === "." || path.split(sep).includes("..");
  if (outside) return "it is not a path inside the repository";
  const covered = ignored.some((other) =>
    other.endsWith("/") ? `${path}/`.startsWith(other) : other === path,
  );
  return covered ? undefined : "it does not exist or git does not ignore it";
}

/** Neither it nor any folder above it is a link, which could lead anywhere. */
async function isReal(path: string, kind: "isFile" | "isDirectory"): Promise<boolean> {
  const [entry, real] = await Promise.all([
    lstat(path).catch(() => undefined),
    realpath(path).catch(() => undefined),
  ]);
  return entry?.[kind]() === true && real === path;
}

async function targetObstacle(target: string): Promise<string | undefined> {
  if (!(await isReal(dirname(target), "isDirectory"))) return "the thread has no folder to hold it";
  const present = await lstat(target).catch(() => undefined);
  return present && "the thread has something of that name";
}
