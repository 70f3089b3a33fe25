import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { resolveApproval } from "../thread/resolve-approval.ts";

interface Options {
  readonly comment?: string;
  readonly json?: boolean;
}

export function denyCommand(): Command {
  return command("deny")
    .description("Refuse what a thread asked for. The thread goes on without it.")
    .argument("<approval>", "as listed by `heddle approvals`")
    .option("-c, --comment <text>", "why, and what to do instead; the agent reads it")
    .option("--json", "print the approval as JSON")
    .action(async (given: string, { comment, json }: Options) => {
      using daemon = await openDaemon();
      const answer = { type: "decline", ...(comment !== undefined && { comment }) } as const;
      await resolveApproval(daemon, given, { answer, json: json === true });
    });
}
