import { DaemonError } from "@heddle/protocol";
import { type GitCall, git, gitFailed, tryGit } from "./git.ts";

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface Commit {
  readonly commit: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** As git writes it: name, address, seconds and zone. */
  readonly author: string;
  readonly message: string;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Identity;
  /** `<seconds> <zone>`; now when absent. */
  readonly authorDate?: string;
  readonly committer?: Identity;
}

export interface Merge {
  /** With markers in the conflicting files. */
  readonly tree: string;
  readonly conflicts: readonly string[];
}

/** The commit that `revision` names, if there is one. */
export async function revParse(gitDir: string, revision: string): Promise<string | undefined> {
  return await resolveObject(gitDir, `${revision}^{commit}`);
}

export async function treeOf(gitDir: string, revision: string): Promise<string> {
  const tree = await resolveObject(gitDir, `${revision}^{tree}`);
  if (tree) return tree;
  throw new DaemonError("gitFailed", `no commit ${revision} in this repository`, { revision });
}

/** The full name of the object that git takes `name` for; what excludes one names none. */
export async function resolveObject(gitDir: string, name: string): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
  const output = await tryGit({ gitDir, args });
  const found = output.stdout.toString("utf8").trim();
  return output.exitCode === 0 && !found.startsWith("^") ? found : undefined;
}

/** All objects whose names begin so; `prefix` has at least four hexadecimal digits. */
export async function objectsBeginning(
  gitDir: string,
  prefix: string,
): Promise<{ name: string; type: string }[]> {
  const names = await git({ gitDir, args: ["rev-parse", `--disambiguate=${prefix}`] });
  if (names === "") return [];
  const found = await git({ gitDir, args: ["cat-file", "--batch-check"], input: `${names}\n` });
  return found.split("\n").map((line) => {
    const [name = "", type = ""] = line.split(" ");
    return { name, type };
  });
}

export async function mergeBase(gitDir: string, a: string, b: string): Promise<string | undefined> {
  const args = ["merge-base", "--end-of-options", a, b];
  const output = await tryGit({ gitDir, args });
  if (output.exitCode === 0) return output.stdout.toString("utf8").trim();
  if (output.exitCode === 1) return undefined;
  throw gitFailed(args, output);
}

/** The commits of `to` that `from` does not have, oldest first. */
export async function commitsBetween(gitDir: string, from: string, to: string): Promise<Commit[]> {
  const args = ["rev-list", "--reverse", "--topo-order", `^${from}`, to];
  const listed = await git({ gitDir, args });
  return await readCommits(gitDir, listed.split("\n").filter(Boolean));
}

export async function readCommits(gitDir: string, commits: readonly string[]): Promise<Commit[]> {
  const objects = await readObjects(gitDir, commits);
  return commits.map((commit) => {
    const body = objects.get(commit);
    if (!body) throw new DaemonError("gitFailed", `no commit ${commit}`, { commit });
    return parseCommit(commit, body.toString("utf8"));
  });
}

/** The contents of objects by their full names, in one go; a missing object is not in the map. */
export async function readObjects(
  gitDir: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  if (names.length === 0) return new Map();
  const input = names.map((name) => `${name}\n`).join("");
  const args = ["cat-file", "--batch"];
  const output = await tryGit({ gitDir, args, input });
  if (output.exitCode !== 0) throw gitFailed(args, output);
  const objects = new Map<string, Buffer>();
  for (let at = 0; at < output.stdout.length; ) {
    const lineEnd = output.stdout.indexOf("\n", at);
    const [name = "", , size] = output.stdout.toString("utf8", at, lineEnd).split(" ");
    const bodyEnd = size === undefined ? lineEnd : lineEnd + 1 + Number(size);
    if (size !== undefined) objects.set(name, output.stdout.subarray(lineEnd + 1, bodyEnd));
    at = bodyEnd + 1;
  }
  return objects;
}

/** What blobs say, by their names; one that is not there says nothing. */
export async function textsOf(
  gitDir: string,
  blobs: readonly string[],
): Promise<(blob: string) => string> {
  const contents = await readObjects(gitDir, [...new Set(blobs)]);
  return (blob) => contents.get(blob)?.toString("utf8") ?? "";
}

/** The content of a file in a tree or commit; undefined where it has none of this name. */
export async function contentAt(
  gitDir: string,
  tree: string,
  path: string,
): Promise<Buffer | undefined> {
  // Names are lines to git here.
  if (path.includes("\n")) return undefined;
  const found = await readObjects(gitDir, [`${tree}:${path}`]);
  return [...found.values()][0];
}

function parseCommit(commit: string, body: string): Commit {
  const headEnd = body.indexOf("\n\n");
  const head = (headEnd < 0 ? body : body.slice(0, headEnd)).split("\n");
  const values = (key: string) =>
    head.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    commit,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    author: values("author")[0] ?? "",
    message: headEnd < 0 ? "" : body.slice(headEnd + 2),
  };
}

/** Writes a commit object; no ref moves. The author commits too, unless somebody else is named. */
export async function commitTree(gitDir: string, commit: NewCommit): Promise<string> {
  const { author, committer = author, authorDate } = commit;
  return await git({
    gitDir,
    args: ["commit-tree", commit.tree, ...commit.parents.flatMap((parent) => ["-p", parent])],
    input: commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`,
    env: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      ...(authorDate && { GIT_AUTHOR_DATE: authorDate }),
    },
  });
}

/** Merges two commits into a tree; neither refs nor files change. */
export async function mergeTree(gitDir: string, ours: string, theirs: string): Promise<Merge> {
  const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  const output = await tryGit({ gitDir, args, env: await plainMergeDrivers(gitDir) });
  if (output.exitCode > 1) throw gitFailed(args, output);
  const [tree = "", ...conflicts] = output.stdout.toString("utf8").split("\0").filter(Boolean);
  return { tree: tree.trim(), conflicts: output.exitCode === 0 ? [] : conflicts };
}

/** A configured merge driver is a command; each is replaced by git's own text merge. */
async function plainMergeDrivers(gitDir: string): Promise<Record<string, string>> {
  const names = await driverNames(gitDir, "merge");
  return configEnvironment(
    names.map((name) => [`merge.${name}.driver`, "git merge-file -q %A %O %B"]),
  );
}

/** Settings for one git, whatever characters their keys hold; `-c` would split at a `=`. */
export function configEnvironment(
  settings: readonly (readonly [key: string, value: string])[],
): Record<string, string> {
  const entries = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(entries) };
}

/** The drivers that the repository itself configures, such as `lfs` of `filter.lfs.smudge`. */
async function driverNames(gitDir: string, kind: "merge" | "filter"): Promise<string[]> {
  const args = ["config", "--name-only", "-z", "--get-regexp", `^${kind}\\..*\\.`];
  const output = await tryGit({ gitDir, args });
  const keys = output.stdout.toString("utf8").split("\0").filter(Boolean);
  return [...new Set(keys.map((key) => key.slice(kind.length + 1, key.lastIndexOf("."))))];
}

/** The tree of an index file. */
export async function writeTree(gitDir: string, indexFile: string): Promise<string> {
  return await git({ gitDir, args: ["write-tree"], env: { GIT_INDEX_FILE: indexFile } });
}

/** Sizes of blobs in bytes; a missing object is not in the map. */
export async function blobSizes(
  gitDir: string,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (blobs.length === 0) return new Map();
  const input = blobs.map((blob) => `${blob}\n`).join("");
  const call: GitCall = { gitDir, args: ["cat-file", "--batch-check"], input };
  const lines = (await git(call)).split("\n").map((line) => line.split(" "));
  return new Map(
    lines.flatMap(([blob = "", type, size]) => (type === "blob" ? [[blob, Number(size)]] : [])),
  );
}
