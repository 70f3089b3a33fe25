import { PlanContent } from "@heddle/protocol";
import { functionTool } from "./tool.ts";

/** Ends a plan turn with the plan that the user is to approve. */
export const proposePlan = functionTool({
  name: "propose_plan",
  description:
    "End the turn with a plan for the user to approve. files: all that may change, as paths or globs.",
  params: PlanContent,
  effect: true,
  async run(content, { callId }, { host }) {
    host.setState("gate");
    const record = () => host.phase.propose(callId, content);
    const ending = { summary: content.goal, proven: true };
    return { output: "proposed; the user decides", record, ending };
  },
});
