import type { PlanStep } from "@heddle/protocol";
import * as z from "zod";
import { functionTool } from "./tool.ts";

const statuses = {
  pending: "pending",
  in_progress: "inProgress",
  completed: "completed",
} as const satisfies Record<string, PlanStep["status"]>;

/** Shows the steps of the work, and how far it is. */
export const updatePlan = functionTool({
  name: "update_plan",
  description: "Set the steps of a longer task, and their status as you go.",
  params: z.object({
    plan: z
      .array(
        z.object({
          step: z.string().min(1).max(500),
          status: z.enum(["pending", "in_progress", "completed"]),
        }),
      )
      .min(1)
      .max(50),
  }),
  effect: false,
  async run({ plan }, { callId }, { host }) {
    const steps = plan.map(({ step, status }) => ({ step, status: statuses[status] }));
    const item = host.startItem({ type: "plan", callId, steps, proposal: null });
    host.completeItem(item, "completed");
    return { output: "ok" };
  },
});
