import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { resolveApproval } from "../thread/resolve-approval.ts";

interface Options {
  readonly thread?: boolean;
  readonly rule?: boolean;
  readonly json?: boolean;
}

export function approveCommand(): Command {
  return command("approve")
    .description("Let a thread do exactly what it asked for, once.")
    .argument("<approval>", "as listed by `heddle approvals`")
    .option("--thread", "also whenever this thread asks for exactly the same again")
    .option("--rule", "make the rule that it offers a rule of the project")
    .option("--json", "print the approval as JSON")
    .action(async (given: string, { thread, rule, json }: Options) => {
      if (thread && rule) throw usageError("--thread and --rule exclude each other");
      using daemon = await openDaemon();
      const scope = rule ? "rule" : thread ? "thread" : "once";
      const answer = { type: "accept", scope } as const;
      await resolveApproval(daemon, given, { answer, json: json === true });
    });
}
