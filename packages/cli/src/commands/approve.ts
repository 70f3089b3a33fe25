import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { resolveApproval } from "../thread/resolve-approval.ts";

interface Options {
  readonly thread?: boolean;
  readonly json?: boolean;
}

export function approveCommand(): Command {
  return command("approve")
    .description("Let a thread do exactly what it asked for, once.")
    .argument("<approval>", "as listed by `heddle approvals`")
    .option("--thread", "also whenever this thread asks for exactly the same again")
    .option("--json", "print the approval as JSON")
    .action(async (given: string, { thread, json }: Options) => {
      using daemon = await openDaemon();
      const answer = { type: "accept", scope: thread ? "thread" : "once" } as const;
      await resolveApproval(daemon, given, { answer, json: json === true });
    });
}
