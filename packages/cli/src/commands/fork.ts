import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread, findTurn } from "../lookup.ts";
import { shortId } from "../names.ts";
import { print, printJson, say } from "../terminal/output.ts";

interface Options {
  readonly turn?: string;
  readonly title?: string;
  readonly json?: boolean;
}

export function forkCommand(): Command {
  return command("fork")
    .description("Go on from a turn in a thread of its own, with its files and all that was said.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("-t, --turn <turn>", "the last turn to take over; else the newest that has ended")
    .option("--title <title>", "what to call it")
    .option("--json", "print the thread as JSON")
    .action(async (given: string, { turn, title, json }: Options) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const turnId = turn === undefined ? undefined : await findTurn(daemon, threadId, turn);
      const thread = await daemon.call("thread/fork", {
        threadId,
        ...(turnId !== undefined && { turnId }),
        ...(title !== undefined && { title }),
      });
      if (json) return printJson(thread);
      print(thread.id);
      say(`go on with: heddle send ${shortId(thread.id)} "…"`);
    });
}
