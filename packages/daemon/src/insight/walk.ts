import ignore, { type Ignore } from "ignore";
import type { TreeReader } from "../os/tree-reader.ts";
import type { SkipReason } from "./index-types.ts";

/** What git is asked for the files of a checkout: tracked with their blobs, changed, untracked. */
export const listingArgs: readonly string[] = [
  "ls-files",
  "-z",
  "-v",
  "--stage",
  "--modified",
  "--others",
  "--exclude-standard",
];

/** A path that may be a file to index. */
export interface Candidate {
  readonly path: string;
  /** Git's name of the content, where git looked and the file in the checkout is that. */
  readonly blob?: string;
}

/** The files of a tree, in order of their paths, and what was left out already. */
export interface Listing {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly (readonly [path: string, reason: SkipReason])[];
  /** Whether there are more files than the limit. */
  readonly truncated: boolean;
}

export const maxFiles = 400_000;

/** Folders that hold what tools made, where no git can tell. */
const producedFolders = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  "bower_components",
  ".venv",
  "venv",
  "__pycache__",
  ".tox",
  ".mypy_cache",
  ".pytest_cache",
  ".gradle",
  ".next",
  ".nuxt",
  ".turbo",
  ".cache",
]);

const record = /^(\S) (?:(\d{6}) ([0-9a-f]+) (\d)\t)?([\s\S]*)$/;

/** Reads what `git ls-files` answered to `listingArgs`. */
export function parseGitListing(output: Buffer, limit = maxFiles): Listing {
  const blobs = new Map<string, string | undefined>();
  const skipped: [string, SkipReason][] = [];
  for (const line of output.toString("utf8").split("\0")) {
    const [, tag, mode, blob, stage, path = ""] = record.exec(line) ?? [];
    if (path === "") continue;
    const reason = skipReason(path, mode);
    if (reason) skipped.push([path, reason]);
    else if (tag !== "H" || stage !== "0") blobs.set(path, undefined);
    else if (!blobs.has(path)) blobs.set(path, blob);
  }
  const all = [...blobs].sort(([a], [b]) => (a < b ? -1 : 1));
  const candidates = all.map(([path, blob]) => (blob === undefined ? { path } : { path, blob }));
  return { candidates: candidates.slice(0, limit), skipped, truncated: all.length > limit };
}

function skipReason(path: string, mode: string | undefined): SkipReason | undefined {
  if (mode === "160000") return "submodule";
  if (mode === "120000") return "symlink";
  if (path.endsWith("/")) return "nestedRepository";
  return path.includes("\uFFFD") ? "unreadable" : undefined;
}

interface Rules {
  /** The folder that the rules were written in, with a slash behind it; "" for the root. */
  readonly base: string;
  readonly matcher: Ignore;
}

/** Walks a tree without git, by its .gitignore files and what is known to be made by tools. */
export function walkFolders(reader: TreeReader, limit = maxFiles): Listing {
  const candidates: Candidate[] = [];
  const skipped: [string, SkipReason][] = [];
  const folders: { path: string; rules: readonly Rules[] }[] = [{ path: "", rules: [] }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const base = folder.path === "" ? "" : `${folder.path}/`;
    const rules = withOwnRules(reader, base, folder.rules);
    for (const { name, kind } of reader.list(folder.path)) {
      const path = base + name;
      if (name === ".git" || isIgnored(rules, path, kind === "directory")) continue;
      if (name.includes("\uFFFD")) skipped.push([path, "unreadable"]);
      else if (kind === "file") candidates.push({ path });
      else if (kind !== "directory") skipped.push([path, kind]);
      else if (!producedFolders.has(name)) folders.push({ path, rules });
      if (candidates.length > limit) break;
    }
    if (candidates.length > limit) break;
  }
  candidates.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { candidates: candidates.slice(0, limit), skipped, truncated: candidates.length > limit };
}

function withOwnRules(
  reader: TreeReader,
  base: string,
  inherited: readonly Rules[],
): readonly Rules[] {
  const own = reader.read(`${base}.gitignore`, 1 << 20);
  if (!("bytes" in own)) return inherited;
  return [...inherited, { base, matcher: ignore().add(own.bytes.toString("utf8")) }];
}

/** The rules nearest to the file are heard first, as git hears them. */
function isIgnored(rules: readonly Rules[], path: string, isFolder: boolean): boolean {
  for (const { base, matcher } of rules.toReversed()) {
    const verdict = matcher.test(path.slice(base.length) + (isFolder ? "/" : ""));
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}
