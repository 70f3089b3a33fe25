import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { tryGit } from "./git.ts";
import { type Identity, revParse } from "./git-objects.ts";
import { listRefs } from "./git-refs.ts";

/** Where a repository keeps what; the same shape as the sandbox's `Checkout`. */
export interface RepositoryPaths {
  readonly worktree: string;
  readonly gitDir: string;
  readonly gitCommonDir: string;
}

export interface Repository extends RepositoryPaths {
  readonly head: Head;
  /** The branch that work lands on unless another is named; absent if none can be told. */
  readonly targetBranch?: string;
}

export interface Head {
  /** The full name of the branch; absent when HEAD is detached. */
  readonly ref?: string;
  readonly commit: string;
}

/** The author of commits that only hidden refs hold, and of a user whom git does not know. */
export const ourIdentity: Identity = { name: "Heddle", email: "heddle@localhost" };

type Paths = Pick<RepositoryPaths, "gitDir" | "gitCommonDir">;

/** Whether a text is the name of an object, whichever hash the repository uses. */
export const isHash = (text: string): boolean => commitHash.test(text);

const commitHash = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Finds the checkout that holds `path`. What cannot become a project is refused with the reason. */
export async function resolveRepository(path: string): Promise<Repository> {
  const paths = await findCheckout(path);
  await refuseSubmodule(paths);
  const head = await headOf(paths);
  const targetBranch = await defaultTarget(paths.gitCommonDir, head);
  return { ...paths, head, ...(targetBranch && { targetBranch }) };
}

/** The paths of the checkout that holds `path`, read from disk without starting git. */
export async function findCheckout(path: string): Promise<RepositoryPaths> {
  const start = await realpath(path).catch(() => undefined);
  if (!start) throw new DaemonError("notFound", `no folder ${path}`, { path });
  for (let folder = start; ; folder = dirname(folder)) {
    const gitDir = await gitDirOf(folder);
    if (gitDir) return { worktree: folder, gitDir, gitCommonDir: await commonDirOf(gitDir) };
    if (await looksLikeGitDir(folder)) throw bareRepository(folder);
    if (dirname(folder) === folder) break;
  }
  const advice = "run `git init` there, or name a folder inside a repository";
  throw new DaemonError("notARepository", `${path} is not in a git repository: ${advice}`, {
    path,
  });
}

/** The checkout whose root `path` is; a repository around it is not taken for it. */
export async function checkoutAt(path: string): Promise<RepositoryPaths> {
  const found = await findCheckout(path);
  if (found.worktree === path) return found;
  const message = `${path} is no git checkout any more; ${found.worktree} around it is another one`;
  throw new DaemonError("notARepository", message, { path });
}

/** HEAD as the disk has it; undefined where only git can tell: no commit yet, or reftable. */
export async function readHead({ gitDir, gitCommonDir }: Paths): Promise<Head | undefined> {
  const head = (await read(join(gitDir, "HEAD")))?.trim();
  if (!head) return undefined;
  if (commitHash.test(head)) return { commit: head };
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  if (!ref || ref.split("/").some((part) => part.startsWith("."))) return undefined;
  const commit = await readRef(gitCommonDir, ref);
  return commit ? { ref, commit } : undefined;
}

/** The commit of a branch, by asking git where the disk does not say; undefined if there is none. */
export async function tipOf(gitCommonDir: string, branch: string): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`;
  const plain = ref.split("/").every((part) => part !== "" && !part.startsWith("."));
  const quick = plain ? await readRef(gitCommonDir, ref) : undefined;
  return quick ?? (await revParse(gitCommonDir, ref));
}

/** HEAD, by asking git where the disk does not say. */
export async function headOf(paths: RepositoryPaths): Promise<Head> {
  const quick = await readHead(paths);
  if (quick) return quick;
  const { gitDir, worktree } = paths;
  const commit = await revParse(gitDir, "HEAD");
  if (!commit) {
    const advice = "make the first one with `git commit`";
    throw new DaemonError("notARepository", `${worktree} has no commits yet: ${advice}`, {
      path: worktree,
    });
  }
  const symbolic = await tryGit({ gitDir, args: ["symbolic-ref", "--quiet", "HEAD"] });
  const ref = symbolic.stdout.toString("utf8").trim();
  return ref ? { ref, commit } : { commit };
}

/** Who the user is to git, or a name of ours where git does not know. */
export async function readIdentity(gitCommonDir: string): Promise<Identity> {
  const args = ["config", "--null", "--get-regexp", "^user\\.(name|email)$"];
  const output = await tryGit({ gitDir: gitCommonDir, args, userConfig: true });
  // Git prints a key, a line end and its value; of several for one key the last counts.
  const entries = output.stdout.toString("utf8").split("\0");
  const settings = new Map(entries.map((entry) => entry.split("\n", 2) as [string, string]));
  return {
    name: identityPart(settings.get("user.name")) || ourIdentity.name,
    email: identityPart(settings.get("user.email")) || ourIdentity.email,
  };
}

/** What git would strip anyway; a name of nothing else would make it refuse the commit. */
function identityPart(value: string | undefined): string {
  return (value ?? "").replace(/[<>\n\0]/g, "").replace(/^[\s.,:;"'\\]+|[\s.,:;"'\\]+$/g, "");
}

async function readSetting(gitDir: string, key: string): Promise<string | undefined> {
  const output = await tryGit({ gitDir, args: ["config", "--get", key], userConfig: true });
  return output.exitCode === 0 ? output.stdout.toString("utf8").trim() : undefined;
}

async function defaultTarget(gitCommonDir: string, head: Head): Promise<string | undefined> {
  const current = head.ref && /^refs\/heads\/(.+)$/.exec(head.ref)?.[1];
  if (current) return current;
  const preferred = await readSetting(gitCommonDir, "init.defaultBranch");
  const refs = (await listRefs(gitCommonDir, "refs/heads/")).map(({ ref }) => ref.slice(11));
  return [preferred, "main", "master"].find((name) => name !== undefined && refs.includes(name));
}

async function gitDirOf(folder: string): Promise<string | undefined> {
  const path = join(folder, ".git");
  const entry = await stat(path).catch(() => undefined);
  if (!entry) return undefined;
  if (entry.isDirectory()) return (await looksLikeGitDir(path)) ? await realpath(path) : undefined;
  const target = /^gitdir: (.+?)\n*$/.exec((await read(path)) ?? "")?.[1];
  const gitDir = target && (await realpath(resolve(folder, target)).catch(() => undefined));
  if (gitDir) return gitDir;
  const advice = "run `git worktree repair` in the main checkout";
  throw new DaemonError("notARepository", `${path} names no repository: ${advice}`, { path });
}

async function commonDirOf(gitDir: string): Promise<string> {
  const common = (await read(join(gitDir, "commondir")))?.trim();
  return common ? await realpath(resolve(gitDir, common)) : gitDir;
}

async function looksLikeGitDir(folder: string): Promise<boolean> {
  const parts = ["HEAD", "objects", "refs"].map((part) => stat(join(folder, part)));
  return (await Promise.allSettled(parts)).every(({ status }) => status === "fulfilled");
}

async function refuseSubmodule({ worktree, gitDir, gitCommonDir }: RepositoryPaths): Promise<void> {
  if (gitDir !== gitCommonDir) return;
  const config = join(gitDir, "config");
  const args = ["config", "--file", config, "--get", "core.worktree"];
  const output = await tryGit({ gitDir, args });
  if (output.exitCode !== 0) return;
  const advice = "add a clone of its own instead";
  const what = "is a submodule, or its files are kept elsewhere (core.worktree)";
  throw new DaemonError("notARepository", `${worktree} ${what}: ${advice}`, { path: worktree });
}

function bareRepository(path: string): DaemonError {
  const advice = "add a checkout of it (`git worktree add`, or a clone)";
  return new DaemonError("notARepository", `${path} is a bare repository: ${advice}`, { path });
}

async function readRef(gitCommonDir: string, ref: string): Promise<string | undefined> {
  const loose = (await read(join(gitCommonDir, ref)))?.trim();
  if (loose) return commitHash.test(loose) ? loose : undefined;
  const packed = await read(join(gitCommonDir, "packed-refs"));
  const line = packed?.split("\n").find((candidate) => candidate.endsWith(` ${ref}`));
  const commit = line?.split(" ")[0];
  return commit && commitHash.test(commit) ? commit : undefined;
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}
