import * as z from "zod";
import { Timestamp } from "./common.ts";
import { method, unordered } from "./define.ts";
import { ItemId, ProjectId, ThreadId, TurnId } from "./ids.ts";

export const HistoryHit = z.object({
  threadId: ThreadId,
  threadTitle: z.string(),
  turnId: TurnId,
  itemId: ItemId.describe("`thread/read` with `until` opens the thread here."),
  type: z.string().describe("The item's type."),
  snippet: z
    .string()
    .describe("The words around the match, which stands between \\u0002 and \\u0003."),
  at: Timestamp,
});
export type HistoryHit = z.infer<typeof HistoryHit>;

export const historyMethods = {
  "history/search": method({
    summary:
      'Search all threads, archived ones too. All words must occur; `"two words"` is a phrase, `word*` a beginning. Without a query, the newest.',
    params: z.object({
      query: z.string().max(1000).default(""),
      projectId: ProjectId.optional(),
      threadId: ThreadId.optional(),
      limit: z.int().min(1).max(200).default(30),
      offset: z.int().min(0).max(10_000).default(0),
    }),
    result: z.object({ data: z.array(HistoryHit), more: z.boolean() }),
    mutates: false,
    scope: unordered,
  }),
};
