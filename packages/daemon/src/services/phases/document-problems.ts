import type { Thread } from "@heddle/protocol";
import { git } from "../../os/git.ts";
import { contentAt, textsOf } from "../../os/git-objects.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import { blobsOf } from "../git/diff-parser.ts";
import { rawChanges } from "../git/diffs.ts";
import { ignoredPaths } from "../git/ignored.ts";
import { forbiddenChanges } from "./document-changes.ts";
import { changelogOf, hasNewEntry, isMarkdown, missingFiles, newLines } from "./documents.ts";

export interface DocumentSubject {
  readonly sandbox: Sandbox;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
}

interface Judged extends DocumentSubject {
  readonly from: string;
  readonly to: string;
  /** All files of the tree that is judged. */
  readonly files: readonly string[];
}

/** What is not true, or missing, in the documents of a turn. */
export async function documentProblems(
  subject: DocumentSubject,
  { from, to }: { from: string; to: string },
): Promise<string[]> {
  const { gitDir } = subject.checkout;
  const listing = await git({ gitDir, args: ["ls-tree", "-r", "-z", "--name-only", to] });
  const judged = { ...subject, from, to, files: listing.split("\0").filter(Boolean) };
  return [...(await missingEntry(judged)), ...(await untrueNames(judged))];
}

/** Users are told in the changelog of what the thread made of the code. */
async function missingEntry({ thread, checkout, files, to }: Judged): Promise<string[]> {
  const { gitDir } = checkout;
  const changelog = changelogOf(files);
  if (changelog === undefined) return [];
  const code = await forbiddenChanges(gitDir, thread.baseCommit, to);
  if (code.length === 0) return [];
  const listing = await git({ gitDir, args: ["ls-tree", "-z", "--name-only", thread.baseCommit] });
  const [before, after] = await Promise.all([
    textOf(gitDir, thread.baseCommit, changelogOf(listing.split("\0"))),
    textOf(gitDir, to, changelog),
  ]);
  if (hasNewEntry(before, after)) return [];
  return [
    `${changelog} has no entry for what this thread changed in ${code.slice(0, 5).join(", ")}`,
  ];
}

/**
 * What the turn says of files that are not there, and what it left standing of those it removed.
 */
async function untrueNames({ sandbox, checkout, from, to, files }: Judged): Promise<string[]> {
  const changed = await rawChanges(checkout.gitDir, from, to);
  const removed = new Set(changed.filter(({ status }) => status === "D").map(({ path }) => path));
  const documents = changed.filter(({ path, status }) => status !== "D" && isMarkdown(path));
  const text = await textsOf(checkout.gitDir, documents.flatMap(blobsOf));
  const known = withFolders(files);
  const missing = documents.flatMap(({ path, oldBlob, newBlob }) => {
    const written = newLines(text(oldBlob), text(newBlob));
    const exists = (paths: readonly string[], line: string) =>
      written.has(line)
        ? paths.some((name) => known.has(name))
        : !paths.some((name) => removed.has(name));
    return missingFiles(path, text(newBlob), exists).map((name) => ({ path, ...name }));
  });
  const lookedFor = missing.flatMap(({ paths }) => paths.filter(Boolean));
  const ignored = await ignoredPaths(sandbox.git, checkout, lookedFor);
  return missing
    .filter(({ paths }) => !paths.some((path) => ignored.has(path)))
    .map(({ path, line, name }) => `${path}:${line} names ${name}, which is not there`);
}

async function textOf(gitDir: string, tree: string, path?: string): Promise<string> {
  const content = path === undefined ? undefined : await contentAt(gitDir, tree, path);
  return content?.toString("utf8") ?? "";
}

function withFolders(files: readonly string[]): ReadonlySet<string> {
  const folders = files.map((file) => file.slice(0, file.lastIndexOf("/") + 1)).filter(Boolean);
  return new Set(["", ...files, ...folders.flatMap(allAbove)]);
}

/** A folder and those around it, without the slash at their ends. */
function allAbove(folder: string): string[] {
  const parts = folder.slice(0, -1).split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
