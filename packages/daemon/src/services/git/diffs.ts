import type { Diff, FileDiff as ProtocolFileDiff } from "@heddle/protocol";
import { git, gitFailed, tryGit } from "../../os/git.ts";
import { blobSizes, readObjects } from "../../os/git-objects.ts";
import {
  blobsOf,
  type Hunk,
  parseChanges,
  parsePatches,
  parseRaws,
  type Raw,
  type RawChange,
} from "./diff-parser.ts";

export type { Hunk } from "./diff-parser.ts";

export interface FileDiff {
  readonly path: string;
  /** Where a renamed file was. */
  readonly oldPath?: string;
  readonly kind: "added" | "modified" | "deleted" | "renamed" | "typeChanged" | "modeChanged";
  readonly binary: boolean;
  /** As git has them: 100644, 100755, 120000 (symlink), 160000 (submodule), 000000 (none). */
  readonly oldMode: string;
  readonly newMode: string;
  readonly additions: number;
  readonly deletions: number;
  readonly hunks: readonly Hunk[];
  /** The change is too large to be shown; its numbers are true. */
  readonly truncated?: true;
}

export interface DiffLimits {
  readonly fileBytes: number;
  readonly fileLines: number;
  readonly totalBytes: number;
  readonly totalLines: number;
  /** Files whose hunks are read at most. */
  readonly files: number;
}

const defaultLimits: DiffLimits = {
  fileBytes: 1 << 20,
  fileLines: 5_000,
  totalBytes: 64 << 20,
  totalLines: 20_000,
  files: 1_000,
};
/** The names of those files are arguments of git, for which the system has a limit. */
const pathsBytes = 512 * 1024;

const plain = ["diff-tree", "-r", "-z", "-M", "-l400", "--no-ext-diff", "--no-textconv"];

/**
 * What differs between two trees or commits. It reads objects only, as a bare repository, so that
 * attributes of the reviewed work (`-diff`, text conversion) can hide nothing.
 */
export async function diffTrees(
  gitDir: string,
  { from, to, limits = defaultLimits }: { from: string; to: string; limits?: DiffLimits },
): Promise<FileDiff[]> {
  const args = [...plain, "--raw", "--numstat", from, to];
  const changes = parseChanges((await runDiff(gitDir, args)).toString("utf8"));
  const sizes = await blobSizes(gitDir, changes.flatMap(blobsOf));
  const text = await findText(gitDir, changes, sizes);
  const shown = selectShown(changes, { sizes, text, limits });
  const hunks = await readHunks(gitDir, { from, to, changes, shown });
  return changes.map((change) => fileDiff(change, hunks.get(change.path), text.has(change)));
}

interface Selection {
  readonly sizes: ReadonlyMap<string, number>;
  readonly text: ReadonlySet<RawChange>;
  readonly limits: DiffLimits;
}

function selectShown(changes: readonly RawChange[], selection: Selection): RawChange[] {
  const { sizes, text, limits } = selection;
  let [bytes, lines, files, pathBytes] = [0, 0, 0, 0];
  return changes.filter((change) => {
    const fileBytes = Math.max(0, ...blobsOf(change).map((blob) => sizes.get(blob) ?? 0));
    const fileLines = change.additions + change.deletions;
    if (!text.has(change) || fileBytes > limits.fileBytes || fileLines > limits.fileLines)
      return false;
    bytes += fileBytes;
    lines += fileLines;
    files += 1;
    pathBytes += Buffer.byteLength(pathsOf(change).join());
    const listed = files <= limits.files && pathBytes <= pathsBytes;
    return listed && bytes <= limits.totalBytes && lines <= limits.totalLines;
  });
}

/** All but the really binary: an attribute may call any file so, git itself looks for a NUL. */
async function findText(
  gitDir: string,
  changes: readonly RawChange[],
  sizes: ReadonlyMap<string, number>,
): Promise<ReadonlySet<RawChange>> {
  const doubtful = changes.filter(({ binary }) => binary);
  const small = doubtful.flatMap(blobsOf).filter((blob) => (sizes.get(blob) ?? 0) <= 256 << 10);
  const contents = await readObjects(gitDir, small.slice(0, 100));
  const isText = (blob: string) => contents.get(blob)?.subarray(0, 8_000).includes(0) === false;
  return new Set(changes.filter((change) => !change.binary || blobsOf(change).every(isText)));
}

async function readHunks(
  gitDir: string,
  request: { from: string; to: string; changes: RawChange[]; shown: RawChange[] },
): Promise<ReadonlyMap<string, readonly Hunk[]>> {
  const { from, to, changes, shown } = request;
  if (shown.length === 0) return new Map();
  const some = shown.length < changes.length;
  const paths = some ? shown.flatMap(pathsOf) : [];
  const args = [...plain, "--raw", "-p", "--text", from, to, ...(some ? ["--", ...paths] : [])];
  return parsePatches(await runDiff(gitDir, args));
}

async function runDiff(gitDir: string, args: readonly string[]): Promise<Buffer> {
  const output = await tryGit({ gitDir, args, env: { GIT_LITERAL_PATHSPECS: "1" } });
  if (output.exitCode === 0) return output.stdout;
  throw gitFailed(args, output);
}

function fileDiff(change: RawChange, hunks: readonly Hunk[] | undefined, text: boolean): FileDiff {
  const { path, oldPath, oldMode, newMode, additions, deletions } = change;
  const binary = !text || (hunks ?? []).some(({ lines }) => lines.some((l) => l.includes("\0")));
  const truncated = !binary && hunks === undefined;
  return {
    path,
    ...(oldPath !== undefined && { oldPath }),
    kind: kindOf(change),
    binary,
    oldMode,
    newMode,
    additions,
    deletions,
    hunks: binary ? [] : (hunks ?? []),
    ...(truncated && { truncated }),
  };
}

function kindOf({ status, oldBlob, newBlob }: RawChange): FileDiff["kind"] {
  if (status === "A") return "added";
  if (status === "D") return "deleted";
  if (status === "R") return "renamed";
  if (status === "T") return "typeChanged";
  return oldBlob === newBlob ? "modeChanged" : "modified";
}

function pathsOf({ path, oldPath }: RawChange): string[] {
  return oldPath === undefined ? [path] : [oldPath, path];
}

type WholeDiff = Pick<Diff, "baseCommit" | "treeHash" | "files" | "nestedRepositories">;

/** What a diff has at most in bytes of JSON, and what the bare list of its files has of that. */
const diffBytes = 700 * 1024;
const listBytes = 400 * 1024;

/**
 * Makes a diff fit into one frame: files beyond the limit are listed without their hunks, and where
 * even the list is too long, the others are counted. All numbers stay true.
 */
export function limitDiff(diff: WholeDiff, limits = { diffBytes, listBytes }): Diff {
  const bare = diff.files.map((file) => ({ ...file, hunks: [], truncated: !file.binary }));
  const sizes = bare.map(bytesOf);
  const listed = countWithin(sizes, limits.listBytes);
  let left = limits.diffBytes - sizes.slice(0, listed).reduce((sum, size) => sum + size, 0);
  const files = diff.files.slice(0, listed).map((file, at): ProtocolFileDiff => {
    const hunkBytes = bytesOf(file.hunks);
    if (hunkBytes > left) return bare[at] ?? file;
    left -= hunkBytes;
    return file;
  });
  const omitted = listed < diff.files.length ? totalsOf(diff.files.slice(listed)) : null;
  return {
    ...diff,
    files,
    omitted,
    truncated: omitted !== null || files.some((file) => file.truncated),
  };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** How many of the sizes, from the first one on, are within the limit together. */
function countWithin(sizes: readonly number[], limit: number): number {
  let sum = 0;
  const end = sizes.findIndex((size) => {
    sum += size;
    return sum > limit;
  });
  return end < 0 ? sizes.length : end;
}

function totalsOf(files: readonly ProtocolFileDiff[]): NonNullable<Diff["omitted"]> {
  return files.reduce(
    ({ files, additions, deletions }, file) => ({
      files: files + 1,
      additions: additions + file.additions,
      deletions: deletions + file.deletions,
    }),
    { files: 0, additions: 0, deletions: 0 },
  );
}

/** How many lines differ between two trees, by path; none are counted of binary files. */
export async function changedLines(
  gitDir: string,
  from: string,
  to: string,
): Promise<{ path: string; additions: number; deletions: number }[]> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv"];
  const lines = (await git({ gitDir, args: [...args, "--numstat", from, to] })).split("\0");
  return lines.filter(Boolean).map((line) => {
    const [additions, deletions, path = ""] = line.split("\t");
    return { path, additions: Number(additions) || 0, deletions: Number(deletions) || 0 };
  });
}

/** What differs between two trees, with modes and blobs; renames as a deletion and an addition. */
export async function rawChanges(gitDir: string, from: string, to: string): Promise<Raw[]> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--raw", from, to];
  return parseRaws((await git({ gitDir, args })).split("\0")).raws;
}

/** What differs between two trees, with modes and blobs; a renamed file is one change. */
export async function renamedChanges(
  gitDir: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Raw[]> {
  return parseRaws((await git({ gitDir, args: [...plain, "--raw", from, to] })).split("\0")).raws;
}

/** The paths that differ between two trees, renames as a deletion and an addition. */
export async function changedPaths(
  gitDir: string,
  from: string,
  to: string,
): Promise<{ status: string; path: string }[]> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--name-status", from, to];
  const fields = (await git({ gitDir, args })).split("\0");
  const pairs = Array.from({ length: Math.floor(fields.length / 2) }, (_, index) => index * 2);
  return pairs.map((at) => ({ status: fields[at] ?? "", path: fields[at + 1] ?? "" }));
}
