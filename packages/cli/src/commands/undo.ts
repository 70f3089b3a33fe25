import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { count } from "../terminal/format.ts";
import { printJson, say } from "../terminal/output.ts";
import { wholeNumber } from "../whole-number.ts";

interface Options {
  readonly turns: number;
  readonly json?: boolean;
}

/** So many turns can be taken back at once. */
export const undoneAtMost = 100;

export function undoCommand(): Command {
  return command("undo")
    .description("Take back the last turns: files, commits and what the model remembers of them.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("-n, --turns <number>", "how many turns", wholeNumber(1, undoneAtMost), 1)
    .option("--json", "print the ids of the undone turns as JSON")
    .action(async (given: string, { turns, json }: Options) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const { undone } = await daemon.call("thread/undo", { threadId, turns });
      if (json) printJson({ undone });
      else say(`took back ${count(undone.length, "turn")}`);
    });
}
