import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

export function archiveCommand(): Command {
  return command("archive")
    .description("Remove a thread's worktree. Work that has not landed is first kept under a ref.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--json", "print the thread and the ref as JSON")
    .action(async (given: string, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const { thread, salvage } = await daemon.call("thread/archive", { threadId });
      if (json) return printJson({ thread, salvage });
      say(`archived ${printableLine(thread.title)}`);
      if (salvage) say(`its unlanded work is kept under ${printableLine(salvage)}`);
    });
}
