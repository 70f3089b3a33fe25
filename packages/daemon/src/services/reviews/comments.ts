import { posix } from "node:path";
import {
  type Anchor,
  anchorLines,
  Comment,
  CommentId,
  DaemonError,
  type Methods,
  newId,
  type ParamsOf,
  type PlacedComment,
  type ResultOf,
  type Thread,
  type ThreadId,
} from "@heddle/protocol";
import { treeOf } from "../../os/git-objects.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import type { Checkouts } from "../checkouts.ts";
import { snapshot } from "../git/checkpoints.ts";
import type { Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import { rows } from "../rows.ts";
import type { Turns } from "../turns.ts";
import { anchorAt, placeOf } from "./anchors.ts";
import { type ChangedFile, changedFiles, filesCalled, newName } from "./changed-files.ts";

export interface CommentsOptions {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly checkouts: Checkouts;
  readonly turns: Turns;
}

interface ThreadDiff {
  readonly gitDir: string;
  readonly tree: string;
  readonly files: readonly ChangedFile[];
}

/** Comments of people on a thread's diff, kept until all of them are sent to the agent at once. */
export class Comments {
  readonly #options: CommentsOptions;

  constructor(options: CommentsOptions) {
    this.#options = options;
  }

  async add(params: ParamsOf<Methods, "comment/add">, commit: Commit): Promise<PlacedComment> {
    const { threadId, start, end = start, side = "new", text } = params;
    const thread = rows.thread(this.#options.store, threadId);
    const { files, tree } = await this.#diff(thread);
    const path = posix.normalize(params.path);
    const [file] = filesCalled(files, path);
    if (file === undefined) {
      const advice = "`heddle diff` shows what has changed";
      throw new DaemonError("notFound", `${path} is not in the diff of ${threadId}; ${advice}`);
    }
    const anchor = anchorOf(file, { start, end, side });
    return commit((tx) => {
      const comment = Comment.parse({
        id: newId(CommentId),
        threadId,
        path: nameOf(file, side),
        anchor,
        start,
        tree,
        text,
        state: "open",
        turnId: null,
        author: tx.actor,
        createdAt: tx.now,
      });
      tx.record({ type: "commentChanged", comment });
      return { ...comment, place: { start, end } };
    });
  }

  async list(threadId: ThreadId): Promise<PlacedComment[]> {
    const { store } = this.#options;
    const thread = rows.thread(store, threadId);
    const comments = store.comments.where({ thread_id: threadId });
    if (comments.length === 0) return [];
    return await this.#placed(thread, comments).catch((error: unknown) => {
      if (!isWithoutFiles(error)) throw error;
      return comments.map((comment) => ({ ...comment, place: null }));
    });
  }

  remove(tx: Transaction, threadId: ThreadId, commentId: CommentId): void {
    const comment = this.#options.store.comments.find(commentId);
    if (comment?.threadId !== threadId || comment.state !== "open") {
      throw new DaemonError("notFound", `${threadId} has no open comment ${commentId}`);
    }
    tx.record({ type: "commentRemoved", threadId, commentId });
  }

  /** All that is open becomes one message, with the places as they are now. */
  async send(
    { threadId, planHash }: ParamsOf<Methods, "comment/send">,
    commit: Commit,
  ): Promise<ResultOf<Methods, "comment/send">> {
    const { store, turns } = this.#options;
    const thread = rows.thread(store, threadId);
    const open = store.comments.where({ thread_id: threadId, state: "open" });
    if (open.length === 0) {
      throw new DaemonError("notFound", `${threadId} has no open comment to send`);
    }
    const placed = await this.#placed(thread, open);
    return commit((tx) => {
      const input = [{ type: "text", text: commentsText(placed) } as const];
      const turn = turns.start(tx, { threadId, input, planHash });
      for (const comment of open) {
        const sent = { ...comment, state: "sent", turnId: turn.id } as const;
        tx.record({ type: "commentChanged", comment: sent });
      }
      return { turn, comments: open.map(({ id }) => id) };
    });
  }

  async #placed(thread: Thread, comments: readonly Comment[]): Promise<PlacedComment[]> {
    const diff = await this.#diff(thread);
    return await Promise.all(comments.map((comment) => placed(comment, diff)));
  }

  /** What the thread has changed, as its files are now. */
  async #diff(thread: Thread): Promise<ThreadDiff> {
    const checkout = await this.#options.checkouts.of(thread);
    const { gitDir } = checkout;
    const tree = await snapshot(this.#options.sandbox.git, checkout);
    const from = await treeOf(gitDir, thread.baseCommit);
    return { gitDir, tree, files: await changedFiles(gitDir, { from, to: tree }) };
  }
}

type Lines = Parameters<typeof anchorAt>[1];

function anchorOf(file: ChangedFile, lines: Lines): Anchor {
  const { start, end, side } = lines;
  const count = end - start + 1;
  if (count > anchorLines) {
    const message = `lines ${start} to ${end} are ${count}; comment on ${anchorLines} at most`;
    throw new DaemonError("invalidParams", message, { path: file.path, start, end });
  }
  const anchor = anchorAt(file[side], lines);
  if (anchor) return anchor;
  const message = `${file.path} has no lines ${start} to ${end} on its ${side} side`;
  throw new DaemonError("invalidParams", message, { path: file.path, start, end });
}

/** What was said of a thread is told also where its files are gone. */
function isWithoutFiles(error: unknown): boolean {
  return error instanceof DaemonError && ["threadArchived", "detached"].includes(error.kind);
}

/** A file that was renamed is followed: from the base, or from what the comment was written on. */
async function placed(
  comment: Comment,
  { gitDir, tree, files }: ThreadDiff,
): Promise<PlacedComment> {
  const { path, anchor, start } = comment;
  const known = filesCalled(files, path);
  const renamed =
    known.length === 0 && comment.tree !== null
      ? await newName(gitDir, { path, from: comment.tree, to: tree })
      : undefined;
  const called = renamed === undefined ? known : filesCalled(files, renamed);
  for (const file of called) {
    const place = placeOf(anchor, file[anchor.side], start);
    if (place) return { ...comment, path: nameOf(file, anchor.side), place };
  }
  return { ...comment, place: null };
}

function nameOf({ path, oldPath }: ChangedFile, side: Anchor["side"]): string {
  return side === "old" ? oldPath : path;
}

/** What the agent is sent. */
function commentsText(comments: readonly PlacedComment[]): string {
  const parts = comments.map(({ path, place, anchor, text }) => {
    const where =
      place === null
        ? `${path} (these lines are no longer there)`
        : `${path}:${place.start}${place.end > place.start ? `-${place.end}` : ""}`;
    const side = anchor.side === "old" ? " (as it was before)" : "";
    const quoted = anchor.lines.map((line) => `> ${line}`).join("\n");
    return `${where}${side}\n${quoted}\n${text}`;
  });
  return `Comments on your diff:\n\n${parts.join("\n\n")}`;
}
