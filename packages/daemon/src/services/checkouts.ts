import { DaemonError, type Thread, type ThreadId } from "@heddle/protocol";
import { checkoutAt, headOf, type RepositoryPaths } from "../os/git-repository.ts";
import type { Store } from "../store/store.ts";
import { toFailure } from "./failure.ts";
import { daemonActor, type Journal } from "./journal.ts";
import { isDetached, refreshThread } from "./thread-status.ts";

/** Where threads have their files. One that has lost its worktree is `detached` until it has it again. */
export class Checkouts {
  readonly #store: Store;
  readonly #journal: Journal;

  constructor({ store, journal }: { store: Store; journal: Journal }) {
    this.#store = store;
    this.#journal = journal;
  }

  /** The thread's checkout, or why it has none. */
  async of(thread: Thread): Promise<RepositoryPaths> {
    try {
      const checkout = await checkoutOf(thread);
      if (isDetached(thread)) this.#mark(thread.id, null);
      return checkout;
    } catch (error) {
      if (error instanceof DaemonError && error.kind === "detached") this.#mark(thread.id, error);
      throw error;
    }
  }

  #mark(threadId: ThreadId, error: DaemonError | null): void {
    const failure = error && toFailure(error);
    if (this.#store.threads.find(threadId)?.failure?.message === failure?.message) return;
    this.#journal.write(daemonActor, (tx) => refreshThread(tx, this.#store, threadId, { failure }));
  }
}

/** The thread's checkout, with a branch in it; throws `detached` where it was taken away. */
export async function checkoutOf(thread: Thread): Promise<RepositoryPaths> {
  const { id, worktree, status, failure } = thread;
  if (status === "archived") {
    throw new DaemonError("threadArchived", `${id} is archived`, { threadId: id });
  }
  if (worktree === null) {
    const why = failure?.message ?? "its worktree is still being made; try again soon";
    throw new DaemonError("threadBusy", `${id} has no worktree yet: ${why}`);
  }
  try {
    const checkout = await checkoutAt(worktree);
    await headOf(checkout);
    return checkout;
  } catch (error) {
    throw isGone(error) ? detached(thread, error) : error;
  }
}

function isGone(error: unknown): error is DaemonError {
  return error instanceof DaemonError && ["notFound", "notARepository"].includes(error.kind);
}

function detached({ id, branch, worktree }: Thread, cause: DaemonError): DaemonError {
  const advice =
    "what it committed is kept; bring it back with `heddle project relink`, or archive it";
  const message = `${id} is cut off from its worktree ${worktree} (${cause.message}): ${advice}`;
  return new DaemonError("detached", message, { threadId: id, branch, worktree }, { cause });
}
