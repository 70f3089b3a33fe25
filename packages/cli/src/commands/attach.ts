import { type ThreadView, turnEnded } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { type ExitCode, exitCodeOfTurn, exitCodes } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { canAsk, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { converse } from "../thread/converse.ts";
import { runTurn } from "../thread/run-turn.ts";
import { Screen } from "../thread/screen.ts";
import { tailNotices } from "../thread/tail.ts";
import { threadState } from "../thread/thread-state.ts";

interface Options {
  readonly jsonl?: boolean;
  readonly input: boolean;
}

const tailItems = 30;

export function attachCommand(): Command {
  return command("attach")
    .description("Follow a thread. On a terminal, what you type is sent to it.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--jsonl", "print each new event as a line of JSON")
    .option("--no-input", "never ask, and end with the turn that runs")
    .addHelpText(
      "after",
      "\nCtrl+C, Ctrl+D or /detach leaves; the thread goes on. `heddle interrupt` stops its turn.",
    )
    .action(async (given: string, options: Options) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const { hasOlder, ...view } = await daemon.call("thread/read", {
        threadId,
        limit: tailItems,
      });
      const screen = new Screen(threadId, options.jsonl ? "jsonl" : "text");
      if (!options.jsonl) showTail(view, hasOlder, screen);
      if (canAsk(options)) await converse({ daemon, threadId, view, screen });
      else process.exitCode = await followRunning({ daemon, view, screen });
    });
}

function showTail(view: ThreadView, hasOlder: boolean, screen: Screen): void {
  const { id, title, branch } = view.thread;
  const place = branch === null ? "" : `, on ${printableLine(branch)}`;
  say(`thread ${shortId(id)}, ${threadState(view.thread)}${place}: ${printableLine(title)}`);
  if (hasOlder) say("… (older items are left out)");
  for (const notice of tailNotices(view)) screen.show(notice);
}

type Running = Pick<Parameters<typeof runTurn>[0], "daemon"> & { view: ThreadView; screen: Screen };

async function followRunning({ daemon, view, screen }: Running): Promise<ExitCode> {
  const turn = view.turns.findLast(({ state }) => !turnEnded(state));
  if (!turn) {
    const last = view.turns.at(-1);
    return last ? exitCodeOfTurn(last) : exitCodes.ok;
  }
  const mode = screen.mode === "jsonl" ? "jsonl" : "text";
  const followed = { daemon, turn, mode, landing: undefined, asks: false, view, screen } as const;
  return await runTurn({ ...followed, interrupts: false });
}
