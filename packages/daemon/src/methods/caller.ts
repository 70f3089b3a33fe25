import type { Actor, Methods, ResultOf, ThreadId } from "@heddle/protocol";
import type { Commit } from "../services/mutations.ts";

/** The feeds of the calling connection. */
export interface Feeds {
  followThread(threadId: ThreadId, afterSeq: number): ResultOf<Methods, "thread/subscribe">;
  leaveThread(threadId: ThreadId): void;
  followDaemon(afterSeq: number | undefined): ResultOf<Methods, "daemon/subscribe">;
  leaveDaemon(): void;
}

/** Who calls, and what a handler may do for that caller. */
export interface Caller {
  readonly actor: Actor;
  readonly feeds: Feeds;
  /** Stores changes and result together; a mutating method does so exactly once. */
  readonly commit: Commit;
}
