import * as z from "zod";
import { Approval } from "./approval.ts";
import { Comment } from "./comment.ts";
import { Seq } from "./common.ts";
import { CommentId, ThreadId, TurnId } from "./ids.ts";
import { Item } from "./item.ts";
import { Landing } from "./landing.ts";
import { Plan } from "./plan.ts";
import { Thread } from "./thread-row.ts";
import { Turn } from "./turn.ts";

const changed = <const Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  shape: Shape,
) => z.object({ type: z.literal(type), ...shape });

/** One durable change in a thread. Each carries the rows as they are after it. */
export const ThreadEvent = z.discriminatedUnion("type", [
  changed("threadCreated", { thread: Thread }),
  changed("threadUpdated", { thread: Thread }),
  changed("turnQueued", { turn: Turn }),
  changed("turnUpdated", { turn: Turn }),
  changed("turnCompleted", { turn: Turn }),
  changed("turnsUndone", { turnIds: z.array(TurnId) }),
  changed("itemStarted", { item: Item }),
  changed("itemUpdated", { item: Item }),
  changed("itemCompleted", { item: Item }),
  changed("approvalRequested", { approval: Approval }),
  changed("approvalResolved", { approval: Approval }),
  changed("commentChanged", { comment: Comment }),
  changed("commentRemoved", { threadId: ThreadId, commentId: CommentId }),
  changed("planChanged", { plan: Plan }),
  changed("landingQueued", { landing: Landing }),
  changed("landingUpdated", { landing: Landing }),
  changed("landingCompleted", { landing: Landing }),
]);
export type ThreadEvent = z.infer<typeof ThreadEvent>;

export const SequencedThreadEvent = z.object({ seq: Seq, event: ThreadEvent });
export type SequencedThreadEvent = z.infer<typeof SequencedThreadEvent>;

/** A thread as a client holds it: what `thread/read` returns and events are folded into. */
export const ThreadView = z.object({
  seq: Seq,
  thread: Thread,
  turns: z.array(Turn),
  items: z.array(Item),
  approvals: z.array(Approval),
  landings: z.array(Landing),
  plan: Plan.nullable().default(null).describe("The newest plan of the thread."),
  comments: z.array(Comment).default([]).describe("Those that were not sent yet."),
});
export type ThreadView = z.infer<typeof ThreadView>;

export const ThreadEventNotice = SequencedThreadEvent.extend({ threadId: ThreadId });
export type ThreadEventNotice = z.infer<typeof ThreadEventNotice>;
