import { DaemonError } from "@heddle/protocol";
import { commitTree, type Identity, treeOf } from "../../os/git-objects.ts";
import { updateRefs } from "../../os/git-refs.ts";
import { headOf } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { addAll, copyIndex, type TemporaryIndex } from "./temporary-index.ts";

/** A tree that was looked at before, with the index that it was made from. */
export interface Snapshot {
  readonly tree: string;
  readonly index: TemporaryIndex;
}

export interface TurnCommit {
  readonly message: string;
  /** Looked up beside what else the commit needs. */
  readonly author: Identity | Promise<Identity>;
  readonly threadId: string;
  readonly turnId: string;
}

/**
 * Commits all that the turn changed onto the checkout's branch, or exactly the tree that is known;
 * undefined if it changed nothing.
 */
export async function commitTurn(
  box: RunBoxedGit,
  checkout: Checkout,
  turn: TurnCommit,
  known?: Snapshot,
): Promise<{ commit: string; tree: string } | undefined> {
  const { gitCommonDir, gitDir } = checkout;
  const head = await headOf(checkout);
  const [{ tree, index }, before, author] = await Promise.all([
    known ?? takeSnapshot(box, checkout),
    treeOf(gitCommonDir, head.commit),
    turn.author,
  ]);
  await using _ = index;
  if (tree === before) return undefined;
  const message = turnMessage(turn);
  const parents = [head.commit];
  const commit = await commitTree(gitCommonDir, { tree, parents, message, author });
  const change = { ref: "HEAD", to: commit, expected: head.commit };
  const moved = await updateRefs(gitDir, [change], `heddle: ${turn.turnId}`);
  if (moved === "moved") {
    const advice = "somebody else committed there; send the turn again";
    throw new DaemonError("conflict", `${head.ref ?? "HEAD"} moved during the turn: ${advice}`);
  }
  await index.install();
  return { commit, tree };
}

/** The tree of all files that git does not ignore; whoever has it disposes its index. */
export async function takeSnapshot(box: RunBoxedGit, checkout: Checkout): Promise<Snapshot> {
  const index = await copyIndex(checkout);
  try {
    return { tree: await addAll(box, checkout, index), index };
  } catch (error) {
    await index[Symbol.asyncDispose]();
    throw error;
  }
}

/** The message as a commit holds it, with the trailers that lead back to the thread and turn. */
export function turnMessage({ message, threadId, turnId }: TurnCommit): string {
  const text = message.replaceAll("\0", "").replaceAll("\r\n", "\n").trim() || "Work of a turn";
  const paragraphs = text.split(/\n{2,}/);
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "").split("\n") : [];
  const endsInTrailers = last.length > 0 && last.every((line) => /^[A-Za-z][\w-]*: \S/.test(line));
  const trailers = `Heddle-Thread: ${threadId}\nHeddle-Turn: ${turnId}\n`;
  return `${text}${endsInTrailers ? "\n" : "\n\n"}${trailers}`;
}
