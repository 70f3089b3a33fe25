import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../os/git.ts";
import type { Checkout } from "../../sandbox/types.ts";

/** In the worktree's own git directory, which no command of an agent can write. */
const recordFile = "heddle-set-up";

/** A file as `git ls-files --stage` has it: mode and blob. */
type Entry = string;

/** Writes down which files the set-up made or changed: `tree` is what it left behind. */
export async function recordSetUp({ gitDir }: Checkout, tree: string): Promise<void> {
  const args = ["diff-tree", "-r", "-z", "--no-renames", "HEAD", tree];
  const raw = await git({ gitDir, args });
  if (raw !== "") await writeFile(join(gitDir, recordFile), raw, { mode: 0o600 });
}

/**
 * Puts files that are as the set-up left them back to what HEAD has, in the index alone: they are
 * not the agent's work. One that was changed since is. Answers with whether there were any.
 */
export async function leaveOutSetUp(
  { gitDir }: Checkout,
  env: Record<string, string>,
): Promise<boolean> {
  const products = productsIn(await readFile(join(gitDir, recordFile), "utf8").catch(() => ""));
  if (products.size === 0) return false;
  // The whole lists, since there may be more products than fit into an argument list.
  const [staged, committed] = await Promise.all([
    git({ gitDir, args: ["ls-files", "--stage", "-z"], env }),
    git({ gitDir, args: ["ls-tree", "-r", "-z", "HEAD"] }),
  ]);
  const now = entriesIn(staged);
  const head = entriesIn(committed);
  const input = [...products]
    .filter(([path, made]) => now.get(path) === made && made !== head.get(path))
    .map(([path, made]) => `${head.get(path) ?? removalOf(made)}\t${path}\0`)
    .join("");
  if (input === "") return false;
  await git({ gitDir, args: ["update-index", "-z", "--index-info"], env, input });
  return true;
}

/** Mode 0 removes an entry; a blob's name is as long as the repository's hashes are. */
function removalOf(entry: Entry = ""): Entry {
  return `0 ${"0".repeat(entry.split(" ")[1]?.length ?? 40)}`;
}

/** What the set-up left at each path; undefined for one that it removed. */
function productsIn(raw: string): Map<string, Entry | undefined> {
  const fields = raw.split("\0");
  const products = new Map<string, Entry | undefined>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , blob, status] = (fields[at] ?? "").split(" ");
    products.set(fields[at + 1] ?? "", status === "D" ? undefined : `${mode} ${blob}`);
  }
  return products;
}

/** Entries by path, from `ls-files --stage -z` (mode, blob, stage) or `ls-tree -z` (mode, type, blob). */
function entriesIn(listing: string): Map<string, Entry> {
  const entries = listing.split("\0").filter(Boolean);
  return new Map(
    entries.map((entry) => {
      const tab = entry.indexOf("\t");
      const [mode, second, third] = entry.slice(0, tab).split(" ");
      const blob = second?.length === 40 || second?.length === 64 ? second : third;
      return [entry.slice(tab + 1), `${mode} ${blob}`];
    }),
  );
}
