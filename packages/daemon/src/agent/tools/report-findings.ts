import { ReportedFinding } from "@heddle/protocol";
import * as z from "zod";
import { functionTool } from "./tool.ts";

/** Ends a review with what it has found. */
export const reportFindings = functionTool({
  name: "report_findings",
  description:
    "End the review. Each finding names lines of the reviewed diff, as the new files have them; an empty list says that all is well.",
  params: z.object({
    findings: z.array(ReportedFinding).max(200),
    summary: z.string().min(1).max(20_000),
  }),
  effect: true,
  async run({ findings, summary }, { callId }, { host }) {
    host.setState("gate");
    const { record, words } = await host.phase.judgeFindings(callId, findings, summary);
    return { output: words, record, ending: { summary, proven: true } };
  },
});
