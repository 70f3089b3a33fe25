import { type Turn, turnEnded } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { count } from "../terminal/format.ts";
import { printJson, say } from "../terminal/output.ts";

export function interruptCommand(): Command {
  return command("interrupt")
    .description("Stop the turns of a thread and their commands. What they changed stays.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--json", "print the ids of the interrupted turns as JSON")
    .action(async (given: string, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const { turns } = await daemon.call("thread/read", { threadId });
      const stopped: Turn["id"][] = [];
      // The last one first, or a queued turn would begin when the one before it stops.
      for (const { id } of turns.filter(({ state }) => !turnEnded(state)).reverse()) {
        const { interrupted } = await daemon.call("turn/interrupt", { turnId: id });
        if (interrupted) stopped.push(id);
      }
      if (json) printJson({ interrupted: stopped });
      else if (stopped.length > 0) say(`interrupted ${count(stopped.length, "turn")}`);
      if (stopped.length > 0) return;
      const message = `nothing to interrupt: ${shortId(threadId)} has no turn that runs or waits`;
      throw new CliError(exitCodes.failed, message);
    });
}
