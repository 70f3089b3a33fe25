import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { type TurnOptions, turnOptions, turnParams } from "../turn-options.ts";

interface Options extends TurnOptions {
  readonly json?: boolean;
}

export function sendCommand(): Command {
  const made = command("send")
    .description("Send more input to a thread. It waits its turn behind one that runs.")
    .argument("<thread>", "as listed by `heddle threads`")
    .argument("<text>", "what to do")
    .option("--json", "print the turn as JSON");
  return turnOptions(made).action(async (given: string, text: string, options: Options) => {
    using daemon = await openDaemon();
    const threadId = await findThread(daemon, given);
    const turn = await daemon.call("turn/start", turnParams(threadId, text, options));
    if (options.json) return printJson(turn);
    print(turn.id);
    say(`follow it with: heddle attach ${shortId(threadId)}`);
  });
}
