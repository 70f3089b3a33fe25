import {
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
import { readObjects, treeOf } from "../../os/git-objects.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import type { Checkouts } from "../checkouts.ts";
import { snapshot } from "../git/checkpoints.ts";
import { rawChanges } from "../git/diffs.ts";
import type { Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import { rows } from "../rows.ts";
import type { Turns } from "../turns.ts";
import { anchorAt, placeOf } from "./anchors.ts";

export interface CommentsOptions {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly checkouts: Checkouts;
  readonly turns: Turns;
}

/** What a file of a diff was, and is. */
interface Sides {
  readonly old: string;
  readonly new: string;
}

/** Comments of people on a thread's diff, kept until all of them are sent to the agent at once. */
export class Comments {
  readonly #options: CommentsOptions;

  constructor(options: CommentsOptions) {
    this.#options = options;
  }

  async add(params: ParamsOf<Methods, "comment/add">, commit: Commit): Promise<PlacedComment> {
    const { threadId, path, start, end = start, side = "new", text } = params;
    const thread = rows.thread(this.#options.store, threadId);
    const sides = (await this.#sides(thread)).get(path);
    if (sides === undefined) {
      const advice = "`heddle diff` shows what has changed";
      throw new DaemonError("notFound", `${path} is not in the diff of ${threadId}; ${advice}`);
    }
    const anchor = anchorAt(sides[side], { start, end, side });
    if (anchor === undefined) {
      const message = `${path} has no lines ${start} to ${end} on its ${side} side`;
      throw new DaemonError("invalidParams", message, { path, start, end });
    }
    return commit((tx) => {
      const comment = Comment.parse({
        id: newId(CommentId),
        threadId,
        path,
        anchor,
        start,
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
    const sides = await this.#sides(thread).catch(withoutFiles);
    return placed(comments, sides);
  }

  remove(tx: Transaction, threadId: ThreadId, commentId: CommentId): void {
    const comment = this.#options.store.comments.find(commentId);
    if (comment?.threadId !== threadId || comment.state !== "open") {
      throw new DaemonError("notFound", `${threadId} has no open comment ${commentId}`);
    }
    tx.record({ type: "commentRemoved", threadId, commentId });
  }

  /** All that is open becomes one message, with the places as they are now. */
  async send(threadId: ThreadId, commit: Commit): Promise<ResultOf<Methods, "comment/send">> {
    const { store, turns } = this.#options;
    const thread = rows.thread(store, threadId);
    const open = store.comments.where({ thread_id: threadId, state: "open" });
    if (open.length === 0) {
      throw new DaemonError("notFound", `${threadId} has no open comment to send`);
    }
    const sides = await this.#sides(thread);
    return commit((tx) => {
      const text = commentsText(placed(open, sides));
      const input = [{ type: "text", text } as const];
      const turn = turns.start(tx, { threadId, input });
      for (const comment of open) {
        const sent = { ...comment, state: "sent", turnId: turn.id } as const;
        tx.record({ type: "commentChanged", comment: sent });
      }
      return { turn, comments: open.map(({ id }) => id) };
    });
  }

  /** Both sides of each file that the thread has changed, as its files are now. */
  async #sides(thread: Thread): Promise<ReadonlyMap<string, Sides>> {
    const checkout = await this.#options.checkouts.of(thread);
    const tree = await snapshot(this.#options.sandbox.git, checkout);
    return await sidesOf(checkout, await treeOf(checkout.gitDir, thread.baseCommit), tree);
  }
}

function placed(comments: readonly Comment[], sides: ReadonlyMap<string, Sides>): PlacedComment[] {
  return comments.map((comment) => {
    const text = sides.get(comment.path)?.[comment.anchor.side];
    const place = text === undefined ? undefined : placeOf(comment.anchor, text, comment.start);
    return { ...comment, place: place ?? null };
  });
}

const fileless: readonly string[] = ["threadArchived", "detached"];

/** What was said of a thread is told also where its files are gone. */
function withoutFiles(error: unknown): ReadonlyMap<string, Sides> {
  if (error instanceof DaemonError && fileless.includes(error.kind)) return new Map();
  throw error;
}

async function sidesOf(
  { gitDir }: RepositoryPaths,
  from: string,
  to: string,
): Promise<ReadonlyMap<string, Sides>> {
  const changes = await rawChanges(gitDir, from, to);
  const blobs = changes.flatMap(({ oldBlob, newBlob }) => [oldBlob, newBlob]);
  const contents = await readObjects(
    gitDir,
    [...new Set(blobs)].filter((blob) => /[1-9a-f]/.test(blob)),
  );
  const text = (blob: string) => contents.get(blob)?.toString("utf8") ?? "";
  return new Map(
    changes.map(({ path, oldBlob, newBlob }) => [path, { old: text(oldBlob), new: text(newBlob) }]),
  );
}

/** What the agent is sent. */
export function commentsText(comments: readonly PlacedComment[]): string {
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
