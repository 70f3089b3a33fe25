import type { ThreadId, TurnId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { pick, shortId } from "../names.ts";
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

/** The turn of a thread that the user names by its id, or by a part of it. */
export async function findTurn(
  daemon: HeddleClient,
  threadId: ThreadId,
  given: string,
): Promise<TurnId> {
  const { turns } = await daemon.call("thread/read", { threadId, limit: 500 });
  const candidates = turns.map(({ id, summary }) => ({ id, names: [], label: summary ?? "" }));
  return pick("turn", given, candidates).id;
}
