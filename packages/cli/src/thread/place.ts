import type { ItemId, ThreadId, ThreadView, TurnId } from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";
import { say } from "../terminal/output.ts";
import { tailNotices } from "./tail.ts";

/** A thread to go to, and the item or the turn to open it at. */
export interface Target {
  readonly threadId: ThreadId;
  readonly place?: ItemId | TurnId;
}

/** What is shown of a thread when it is opened. */
interface Shown {
  readonly view: ThreadView;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

const shownItems = 30;

/** A thread as it stands now, and the part of it that is shown: its end, or what led to a place. */
export async function readPlace(
  daemon: HeddleClient,
  { threadId, place }: Target,
): Promise<{ view: ThreadView; shown: Shown }> {
  const { hasOlder, ...view } = await daemon.call("thread/read", { threadId, limit: shownItems });
  const end = { view, hasOlder, hasNewer: false };
  if (place === undefined || isAtEnd(view, place)) return { view, shown: end };
  const params = { threadId, until: place, limit: shownItems };
  const { hasOlder: older, ...past } = await daemon.call("thread/read", params);
  // The plan is that of now, and is shown as soon as it matters.
  const then = { ...past, plan: null };
  return { view, shown: { view: then, hasOlder: older, hasNewer: true } };
}

export function showPlace(
  { view, hasOlder, hasNewer }: Shown,
  show: (notice: ThreadNotice) => void,
): void {
  if (hasOlder) say("… (older items are left out)");
  for (const notice of tailNotices(view)) show(notice);
  if (hasNewer) say("… (newer items are left out; what comes now is shown below)");
}

function isAtEnd({ items }: ThreadView, place: string): boolean {
  const last = items.at(-1);
  return last?.id === place || last?.turnId === place;
}
