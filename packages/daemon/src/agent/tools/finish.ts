import * as z from "zod";
import { reportOf } from "../gate/gate.ts";
import { functionTool } from "./tool.ts";

const params = z.object({
  summary: z.string().min(1).max(20_000),
  checks: z.array(z.object({ call_id: z.string(), claim: z.string() })).default([]),
});

/** The report in the arguments of a call; undefined where the call was refused for them. */
export function finishSummary(text: string): string | undefined {
  try {
    return params.parse(JSON.parse(text)).summary;
  } catch {
    return undefined;
  }
}

/** Ends the turn with a report, once the gate has found it true. */
export const finish = functionTool({
  name: "finish",
  description: "End the turn: what you did, and which calls prove it.",
  params,
  effect: true,
  async run({ summary, checks }, _call, { host, gate }) {
    const { type, proof, message } = await gate.judge(checks);
    const record = () => host.evidence.record(proof);
    if (type === "refused") return { output: message, record };
    const report = reportOf(summary, proof);
    const item = host.startItem({ type: "agentMessage", text: "", textLength: 0 });
    host.appendText(item.id, report);
    host.completeItem(item, "completed");
    return { output: message, record, ending: { summary: report, proven: type === "accepted" } };
  },
});
