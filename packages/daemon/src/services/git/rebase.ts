import { type Commit, commitTree, type Identity, mergeTree, treeOf } from "../../os/git-objects.ts";

export interface Work {
  readonly gitDir: string;
  /** Oldest first; for `replay`, each with one parent. */
  readonly commits: readonly Commit[];
  readonly head: string;
  readonly onto: string;
  readonly committer: Identity;
}

export type Rebased =
  | { readonly commits: readonly string[]; readonly squashed: boolean }
  | { readonly conflicts: readonly string[] };

/** Rebases commit by commit; author, date and message stay, a commit that adds nothing is dropped. */
export async function replay(work: Work): Promise<Rebased> {
  const { gitDir, committer } = work;
  const replayed: string[] = [];
  let tip = { commit: work.onto, tree: await treeOf(gitDir, work.onto) };
  for (const commit of work.commits) {
    const merged = await pick(gitDir, commit, tip.tree, committer);
    if (merged.conflicts.length > 0) return { conflicts: merged.conflicts };
    if (merged.tree === tip.tree) continue;
    const { message } = commit;
    const parents = [tip.commit];
    const authored = authorOf(commit, committer);
    const made = { tree: merged.tree, parents, message, committer, ...authored };
    tip = { commit: await commitTree(gitDir, made), tree: merged.tree };
    replayed.push(tip.commit);
  }
  return { commits: replayed, squashed: false };
}

/** Merges all of the work at once, as one commit of the committer. */
export async function squash(work: Work, message = squashMessage(work.commits)): Promise<Rebased> {
  const { gitDir, onto, head, committer } = work;
  const [{ tree, conflicts }, before] = await Promise.all([
    mergeTree(gitDir, onto, head),
    treeOf(gitDir, onto),
  ]);
  if (conflicts.length > 0) return { conflicts };
  if (tree === before) return { commits: [], squashed: true };
  const commit = { tree, parents: [onto], message, author: committer };
  return { commits: [await commitTree(gitDir, commit)], squashed: true };
}

/** Git 2.39 cannot be told the base of a merge: a commit with the base as its parent says it. */
async function pick(gitDir: string, commit: Commit, onto: string, author: Identity) {
  const base = commit.parents[0] ?? "";
  if (onto === (await treeOf(gitDir, base))) return { tree: commit.tree, conflicts: [] };
  const parents = [base];
  const ours = await commitTree(gitDir, { tree: onto, parents, message: "onto", author });
  return await mergeTree(gitDir, ours, commit.commit);
}

function authorOf(
  { author }: Commit,
  fallback: Identity,
): { author: Identity; authorDate?: string } {
  const [, name, email, date] = /^(.*?) ?<(.*)> (\d+ [+-]\d{4})$/.exec(author) ?? [];
  const identity = { name: name || fallback.name, email: email || fallback.email };
  return { author: identity, ...(date && { authorDate: `@${date}` }) };
}

/** The subject of the first commit, the others as a list, and every trailer once. */
function squashMessage(commits: readonly Commit[]): string {
  const lines = commits.map(({ message }) => message.trim().split("\n"));
  const subjects = lines.map(([subject = ""]) => subject);
  const trailers = new Set(lines.flat().filter((line) => line.startsWith("Heddle-Thread: ")));
  const list = subjects.slice(1).map((subject) => `- ${subject}`);
  const paragraphs = [subjects[0] ?? "", list.join("\n"), [...trailers].join("\n")];
  return `${paragraphs.filter(Boolean).join("\n\n")}\n`;
}
