import { DaemonError } from "@heddle/protocol";
import { commitTree, type Identity, treeOf } from "../../os/git-objects.ts";
import { updateRefs } from "../../os/git-refs.ts";
import { headOf } from "../../os/git-repository.ts";
import type { Checkout, RunBoxedGit } from "../../sandbox/types.ts";
import { addAll, copyIndex } from "./temporary-index.ts";

export interface TurnCommit {
  readonly message: string;
  readonly author: Identity;
  readonly threadId: string;
  readonly turnId: string;
}

/** Commits all that the turn changed onto the checkout's branch; undefined if it changed nothing. */
export async function commitTurn(
  box: RunBoxedGit,
  checkout: Checkout,
  turn: TurnCommit,
): Promise<{ commit: string; tree: string } | undefined> {
  const { gitCommonDir, gitDir } = checkout;
  const head = await headOf(checkout);
  await using index = await copyIndex(checkout);
  const [tree, before] = await Promise.all([
    addAll(box, checkout, index),
    treeOf(gitCommonDir, head.commit),
  ]);
  if (tree === before) return undefined;
  const message = turnMessage(turn);
  const parents = [head.commit];
  const commit = await commitTree(gitCommonDir, { tree, parents, message, author: turn.author });
  const change = { ref: "HEAD", to: commit, expected: head.commit };
  const moved = await updateRefs(gitDir, [change], `heddle: ${turn.turnId}`);
  if (moved === "moved") {
    const advice = "somebody else committed there; send the turn again";
    throw new DaemonError("conflict", `${head.ref ?? "HEAD"} moved during the turn: ${advice}`);
  }
  await index.install();
  return { commit, tree };
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
