import type { Approval } from "@heddle/protocol";
import { listAll } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { answerCommands, approvalText } from "../thread/approval-text.ts";

interface Options {
  readonly thread?: string;
  readonly json?: boolean;
}

export function approvalsCommand(): Command {
  return command("approvals")
    .description("List what waits for an answer, oldest first, with exactly what would happen.")
    .option("-t, --thread <thread>", "only those of this thread")
    .option("--json", "print the rows as JSON")
    .action(async ({ thread, json }: Options) => {
      using daemon = await openDaemon();
      const filter = thread === undefined ? {} : { threadId: await findThread(daemon, thread) };
      const approvals = await listAll(daemon, "approval/list", filter);
      if (json) return printJson(approvals);
      if (approvals.length === 0) return say("nothing waits for an answer");
      print(approvals.map(entry).join("\n"));
    });
}

function entry(approval: Approval): string {
  return `${approvalText(approval, paintOut())}${answerCommands(approval)}`;
}
