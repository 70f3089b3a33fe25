import type { Thread } from "@heddle/protocol";
import { git } from "../../os/git.ts";
import { readObjects } from "../../os/git-objects.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import { changedPaths, rawChanges } from "../git/diffs.ts";
import { restorePaths } from "../git/take-back.ts";
import { changelogOf, differsInCommentsOnly, isDocument, missingFiles } from "./documents.ts";

export interface DocumentSubject {
  readonly sandbox: Sandbox;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
}

/** Which changes between two trees are more than documents and comments. */
export async function forbiddenChanges(
  { gitDir }: RepositoryPaths,
  from: string,
  to: string,
): Promise<string[]> {
  const others = (await rawChanges(gitDir, from, to)).filter(({ path }) => !isDocument(path));
  const edited = others.filter(({ status, oldMode, newMode }) => {
    return status === "M" && oldMode === newMode && newMode.startsWith("100");
  });
  const blobs = edited.flatMap(({ oldBlob, newBlob }) => [oldBlob, newBlob]);
  const contents = await readObjects(gitDir, blobs);
  const text = (blob: string) => contents.get(blob)?.toString("utf8") ?? "";
  const fine = new Set(
    edited.filter(({ path, oldBlob, newBlob }) =>
      differsInCommentsOnly(path, text(oldBlob), text(newBlob)),
    ),
  );
  return others.filter((change) => !fine.has(change)).map(({ path }) => path);
}

/** Takes back whatever else has changed; the paths of it. */
export async function keepToDocuments(
  { sandbox, checkout }: DocumentSubject,
  { from, to }: { from: string; to: string },
): Promise<string[]> {
  if (from === to) return [];
  const paths = await forbiddenChanges(checkout, from, to);
  if (paths.length > 0) await restorePaths(sandbox.git, checkout, { from, paths });
  return paths;
}

/** What is not true, or missing, in the documents of a turn. */
export async function documentProblems(
  { thread, checkout }: DocumentSubject,
  { from, to }: { from: string; to: string },
): Promise<string[]> {
  const { gitDir } = checkout;
  const listing = await git({ gitDir, args: ["ls-tree", "-r", "-z", "--name-only", to] });
  const files = listing.split("\0").filter(Boolean);
  const folders = files.map((file) => file.slice(0, file.lastIndexOf("/") + 1)).filter(Boolean);
  const known = new Set([...files, ...folders.flatMap(allAbove)]);
  return [
    ...(await missingEntry({ thread, checkout, files, to })),
    ...(await untrueNames({ checkout, from, to, known })),
  ];
}

/** Users are told in the changelog of what the thread made of the code. */
async function missingEntry(asked: {
  thread: Thread;
  checkout: RepositoryPaths;
  files: readonly string[];
  to: string;
}): Promise<string[]> {
  const { thread, checkout, files, to } = asked;
  const changelog = changelogOf(files);
  if (changelog === undefined) return [];
  const changed = await changedPaths(checkout.gitDir, thread.baseCommit, to);
  if (changed.some(({ path }) => path === changelog)) return [];
  const code = await forbiddenChanges(checkout, thread.baseCommit, to);
  if (code.length === 0) return [];
  return [
    `${changelog} has no entry for what this thread changed in ${code.slice(0, 5).join(", ")}`,
  ];
}

async function untrueNames(asked: {
  checkout: RepositoryPaths;
  from: string;
  to: string;
  known: ReadonlySet<string>;
}): Promise<string[]> {
  const { checkout, from, to, known } = asked;
  const changed = await rawChanges(checkout.gitDir, from, to);
  const documents = changed.filter(
    ({ path, status }) => status !== "D" && /\.(md|mdx|markdown)$/i.test(path),
  );
  const contents = await readObjects(
    checkout.gitDir,
    documents.map(({ newBlob }) => newBlob),
  );
  return documents.flatMap(({ path, newBlob }) =>
    missingFiles(path, contents.get(newBlob)?.toString("utf8") ?? "", (name) =>
      known.has(name),
    ).map(({ line, name }) => `${path}:${line} names ${name}, which is not there`),
  );
}

/** A folder and those around it, without the slash at their ends. */
function allAbove(folder: string): string[] {
  const parts = folder.slice(0, -1).split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
