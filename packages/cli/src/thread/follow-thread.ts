import { applyThreadEvent, type ThreadId, type ThreadView } from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";

export interface Following {
  readonly daemon: HeddleClient;
  readonly threadId: ThreadId;
  /** The view that `thread/read` gave; without it, the thread is followed from its beginning. */
  readonly view?: ThreadView | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Hands over each notice with the thread as it is then, until `see` returns something. Returns
 * nothing when `signal` aborts first.
 */
export async function followThread<Result>(
  { daemon, threadId, view, signal }: Following,
  see: (notice: ThreadNotice, view: ThreadView) => Result | undefined,
): Promise<{ result: Result | undefined; view: ThreadView | undefined }> {
  let now = view;
  const options = { afterSeq: view?.seq ?? 0, ...(signal && { signal }) };
  for await (const notice of daemon.followThread(threadId, options)) {
    if (notice.type === "event") now = applyThreadEvent(now, notice);
    const result = now && see(notice, now);
    if (result !== undefined) return { result, view: now };
  }
  return { result: undefined, view: now };
}
