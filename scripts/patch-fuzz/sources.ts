import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type FileDiff, parseDiff } from "./diff.ts";

/** A file as it was, and what its author did to it. */
export interface FilePair {
  readonly source: string;
  readonly text: string;
  readonly diff: FileDiff;
}

const diffOptions = ["-U0", "--no-color", "--no-ext-diff", "--src-prefix=", "--dst-prefix="];
const maxBuffer = 1024 * 1024 * 1024;
const extensions = new Set(
  ".c .cc .cpp .css .go .h .hpp .html .java .js .jsx .kt .md .mjs .mts .php .py .rb .rs .sh .sql .swift .toml .ts .tsx .yaml .yml".split(
    " ",
  ),
);
const maxBytes = 256 * 1024;

/** Every file that a commit of the checked-out history changed, as its parent had it. */
export function historyPairs(repository: string): FilePair[] {
  const git = (args: string[], input = ""): Buffer =>
    execFileSync("git", args, { cwd: repository, input, maxBuffer });
  const log = git([
    ...["-c", "core.quotePath=false", "log", "--no-merges", "--diff-filter=M", "--no-renames"],
    ...["-p", "--format=%x00%H", ...diffOptions],
  ]).toString();
  const diffs = log.split("\0").flatMap((commit) => {
    const parent = `${commit.slice(0, commit.indexOf("\n"))}^`;
    return parseDiff(commit).map((diff) => ({ name: `${parent}:${diff.oldPath}`, diff }));
  });
  const texts = readBlobs(git(["cat-file", "--batch"], diffs.map(({ name }) => name).join("\n")));
  const source = basename(resolve(repository));
  return pairsOf(diffs.map(({ diff }, index) => ({ source, diff, text: texts[index] ?? "" })));
}

// Of each object: its id, type and size on a line, its bytes, and a line's end.
function readBlobs(batch: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < batch.length; ) {
    const end = batch.indexOf("\n", at);
    const size = Number(/ blob (\d+)$/.exec(batch.toString("utf8", at, end))?.[1] ?? 0);
    texts.push(batch.toString("utf8", end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return texts;
}

/** Every file that two versions of a directory have and that differs in them. */
export function directoryPairs(source: string, older: string, newer: string): FilePair[] {
  const parent = dirname(resolve(older));
  const diffs = parseDiff(diffDirectories(parent, resolve(older), resolve(newer)));
  return pairsOf(
    diffs
      .filter(({ oldPath }) => oldPath !== "/dev/null")
      .map((diff) => ({ source, diff, text: readFileSync(join("/", diff.oldPath), "utf8") })),
  );
}

// It exits with 1 where the directories differ.
function diffDirectories(cwd: string, older: string, newer: string): string {
  const args = ["-c", "core.quotePath=false", "diff", "--no-index", "--diff-filter=M"];
  const options = { cwd, maxBuffer, encoding: "utf8", stdio: "pipe" } as const;
  try {
    return execFileSync("git", [...args, "--no-renames", ...diffOptions, older, newer], options);
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 1 && "stdout" in error) {
      return String(error.stdout);
    }
    throw error;
  }
}

// Only what people write: no bundles, nothing minified, and lines that end in one way.
function pairsOf(pairs: readonly FilePair[]): FilePair[] {
  return pairs.filter(({ text, diff: { oldPath } }) => {
    const lines = text.split("\n");
    const long = lines.filter((line) => line.length > 400).length;
    return (
      extensions.has(extname(oldPath)) &&
      text.length <= maxBytes &&
      text.endsWith("\n") &&
      !/[\r\0\ufffd\ufeff]/.test(text) &&
      long === 0
    );
  });
}
