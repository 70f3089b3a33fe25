import { z } from "zod";
import { functionTool } from "./tool.ts";

/** Ends the turn with a report. */
export const finish = functionTool({
  name: "finish",
  description: "End the turn: what you did, and which calls prove it.",
  params: z.object({
    summary: z.string().min(1).max(20_000),
    checks: z.array(z.object({ call_id: z.string(), claim: z.string() })).default([]),
  }),
  effect: true,
  async run({ summary }, _call, { host }) {
    const item = host.startItem({ type: "agentMessage", text: "", textLength: 0 });
    host.appendText(item.id, summary);
    host.completeItem(item, "completed");
    return { output: "ok", summary };
  },
});
