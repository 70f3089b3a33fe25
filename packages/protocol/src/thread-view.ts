import type { Comment } from "./comment.ts";
import type { SequencedThreadEvent, ThreadEvent, ThreadView } from "./events.ts";
import type { TurnId } from "./ids.ts";
import type { ItemDelta } from "./item.ts";

function upsert<Row extends { id: string }>(rows: readonly Row[], row: Row): Row[] {
  const at = rows.findLastIndex(({ id }) => id === row.id);
  return at < 0 ? [...rows, row] : rows.with(at, row);
}

/**
 * Folds one event into a view. A view that `thread/read` did not fill (`undefined`) begins with
 * `threadCreated`. Events that this version does not know change nothing.
 */
export function applyThreadEvent(
  view: ThreadView | undefined,
  { seq, event }: SequencedThreadEvent,
): ThreadView {
  if (event.type === "threadCreated") {
    return {
      seq,
      thread: event.thread,
      turns: [],
      items: [],
      approvals: [],
      landings: [],
      plan: null,
      comments: [],
    };
  }
  if (view === undefined) throw new Error("the first event of a thread is threadCreated");
  return { ...view, ...change(view, event), seq };
}

function change(view: ThreadView, event: ThreadEvent): Partial<ThreadView> {
  switch (event.type) {
    case "threadCreated":
    case "threadUpdated":
      return { thread: event.thread };
    case "turnQueued":
    case "turnUpdated":
    case "turnCompleted":
      return { turns: upsert(view.turns, event.turn) };
    case "turnsUndone":
      return withoutTurns(view, new Set(event.turnIds));
    case "itemStarted":
    case "itemUpdated":
    case "itemCompleted":
      return { items: upsert(view.items, event.item) };
    case "approvalRequested":
    case "approvalResolved":
      return { approvals: upsert(view.approvals, event.approval) };
    case "planChanged":
      return { plan: event.plan };
    case "commentChanged":
      return { comments: openComments(upsert(view.comments, event.comment)) };
    case "commentRemoved":
      return { comments: view.comments.filter(({ id }) => id !== event.commentId) };
    case "landingQueued":
    case "landingUpdated":
    case "landingCompleted":
      return { landings: upsert(view.landings, event.landing) };
    default:
      return unknownEvent(event);
  }
}

function openComments(comments: readonly Comment[]): Comment[] {
  return comments.filter(({ state }) => state === "open");
}

/** A newer daemon may send types that this version does not know; they change nothing here. */
function unknownEvent(_event: never): Partial<ThreadView> {
  return {};
}

function withoutTurns(view: ThreadView, undone: ReadonlySet<TurnId>): Partial<ThreadView> {
  return {
    turns: view.turns.filter(({ id }) => !undone.has(id)),
    items: view.items.filter(({ turnId }) => !undone.has(turnId)),
    approvals: view.approvals.filter(({ turnId }) => !undone.has(turnId)),
  };
}

/**
 * Adds streamed text to a view's item. Text that it has already is ignored; a gap throws, since the
 * client has to subscribe again. An item of which the view holds the head alone only gets longer.
 */
export function applyItemDelta(view: ThreadView, delta: ItemDelta): ThreadView {
  const at = view.items.findLastIndex(({ id }) => id === delta.itemId);
  const item = view.items[at];
  if (item === undefined || !("text" in item)) return view;
  if (delta.offset > item.textLength) {
    throw new Error(`item ${delta.itemId} misses text from ${item.textLength} to ${delta.offset}`);
  }
  const begins = delta.offset <= item.text.length;
  const text = begins ? item.text.slice(0, delta.offset) + delta.text : item.text;
  const textLength = delta.offset + delta.text.length;
  return { ...view, items: view.items.with(at, { ...item, text, textLength }) };
}
