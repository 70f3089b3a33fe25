import type { Turn } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { turnOptions } from "../turn-options.ts";
import { type TurnOptions, turnParams } from "../turn-params.ts";

interface Options extends TurnOptions {
  readonly steer?: boolean;
  readonly json?: boolean;
}

export function sendCommand(): Command {
  const made = command("send")
    .description("Send more input to a thread. It waits its turn behind one that runs.")
    .argument("<thread>", "as listed by `heddle threads`")
    .argument("<text>", "what to do")
    .option("-s, --steer", "do not wait: tell the agent before it goes on with its turn")
    .option("--json", "print the turn as JSON");
  return turnOptions(made).action(async (given: string, text: string, options: Options) => {
    using daemon = await openDaemon();
    const threadId = await findThread(daemon, given);
    const turn = options.steer
      ? await steer(daemon, threadId, { ...options, text })
      : await daemon.call("turn/start", turnParams(threadId, text, options));
    if (options.json) return printJson(turn);
    print(turn.id);
    say(`follow it with: heddle attach ${shortId(threadId)}`);
  });
}

async function steer(
  daemon: HeddleClient,
  threadId: Turn["threadId"],
  { text, ...options }: Options & { text: string },
): Promise<Turn> {
  const { threadId: _, input, ...chosen } = turnParams(threadId, text, options);
  if (Object.keys(chosen).length > 0) {
    const advice = "leave out --model, --effort and --max-…";
    throw usageError(`a turn that runs keeps its model and its budget; ${advice}`);
  }
  const { turn, item } = await daemon.call("turn/steer", { threadId, input });
  say(item ? "it joins the turn that goes on" : "no turn was running, so it starts one");
  return turn;
}
