import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { resolveApproval } from "../thread/resolve-approval.ts";

export function answerCommand(): Command {
  return command("answer")
    .description("Answer a thread's question.")
    .argument("<question>", "as listed by `heddle approvals`")
    .argument("<text>", "the answer")
    .option("--json", "print the question with its answer as JSON")
    .action(async (given: string, text: string, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      await resolveApproval(daemon, given, { answer: { type: "text", text }, json: json === true });
    });
}
