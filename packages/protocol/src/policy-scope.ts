import * as z from "zod";
import { AutomationId, ProjectId, ThreadId } from "./ids.ts";

/** For what a policy holds. Where several do, the strictest rule of all decides. */
export const PolicyScope = z.discriminatedUnion("type", [
  z.object({ type: z.literal("global") }),
  z.object({ type: z.literal("project"), projectId: ProjectId }),
  z.object({ type: z.literal("thread"), threadId: ThreadId }),
  z.object({
    type: z.literal("automation"),
    automationId: AutomationId.describe("What it runs, whatever its thread."),
  }),
]);
export type PolicyScope = z.infer<typeof PolicyScope>;
