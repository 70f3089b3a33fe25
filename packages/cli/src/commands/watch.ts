import type { SequencedDaemonEvent } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { onInterrupt } from "../terminal/interrupts.ts";
import { print, printJsonLine } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { wholeNumber } from "../whole-number.ts";

interface Options {
  readonly jsonl?: boolean;
  readonly after?: number;
}

export function watchCommand(): Command {
  return command("watch")
    .description("Print what happens in all projects, as it happens, until Ctrl+C.")
    .option("--jsonl", 'print each event as a line of JSON: {"seq", "event"}')
    .option(
      "--after <seq>",
      "begin behind this event; 0: with the oldest that is kept",
      wholeNumber(0),
    )
    .action(async ({ jsonl, after }: Options) => {
      using daemon = await openDaemon();
      using _ = onInterrupt(() => {
        process.exitCode = exitCodes.interrupted;
        daemon.close();
      });
      const from = after === undefined ? {} : { afterSeq: after };
      for await (const event of daemon.followDaemon(from)) {
        if (jsonl) printJsonLine(event);
        else print(printableLine(lineOf(event)));
      }
    });
}

/** What has changed, and how it stands now. */
function lineOf({ seq, event }: SequencedDaemonEvent): string {
  const { type, ...rows } = event;
  const row = Object.values(rows)[0] as Record<string, unknown> | string;
  if (typeof row === "string") return `${seq} ${type} ${row}`;
  const { id = "", status, state, title, name } = row;
  return [seq, type, id, status ?? state, title ?? name]
    .filter((part) => part !== undefined)
    .join(" ");
}
