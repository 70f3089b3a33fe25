import {
  type Item,
  type ThreadEvent,
  type ThreadView,
  type Turn,
  turnEnded,
} from "@heddle/protocol";
import type { ThreadNotice } from "@heddle/protocol/node";

/**
 * What happened in a thread before `view.seq`, as the notices that would have told of it; at last
 * the plan that is to be approved or carried out, which may be older than all of them.
 */
export function tailNotices({ items, turns, plan, seq }: ThreadView): ThreadNotice[] {
  const events = items.flatMap((item, at): ThreadEvent[] => {
    const turn = turns.find(({ id }) => id === item.turnId);
    const isLast = items[at + 1]?.turnId !== item.turnId;
    return [itemEvent(item), ...(turn && isLast ? endOf(turn) : [])];
  });
  const isOpen = plan?.state === "proposed" || plan?.state === "approved";
  if (plan && isOpen) events.push({ type: "planChanged", plan });
  return events.map((event) => ({ type: "event", seq, event }));
}

function itemEvent(item: Item): ThreadEvent {
  return { type: item.state === "running" ? "itemStarted" : "itemCompleted", item };
}

function endOf(turn: Turn): ThreadEvent[] {
  return turnEnded(turn.state) ? [{ type: "turnCompleted", turn }] : [];
}
