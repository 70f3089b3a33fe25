import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { diffStat, diffText } from "../thread/diff-text.ts";

interface Options {
  readonly stat?: boolean;
  readonly json?: boolean;
}

export function diffCommand(): Command {
  return command("diff")
    .description("Show what a thread changed since it branched off.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--stat", "only how much changed in each file")
    .option("--json", "print files and hunks as JSON")
    .action(async (given: string, { stat, json }: Options) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const diff = await daemon.call("thread/diff", { threadId });
      if (json) return printJson(diff);
      for (const folder of diff.nestedRepositories) {
        const what = "is a repository of its own: its files are not in the diff and do not land";
        say(`warning: ${printableLine(folder)} ${what}`);
      }
      if (diff.files.length === 0) return say("nothing changed");
      if (stat) return print(diffStat(diff, paintOut()));
      // A patch that goes to a file keeps its bytes; a terminal gets nothing that acts on it.
      const shown = process.stdout.isTTY ? printable : (text: string) => text;
      print(diffText(diff, { paint: paintOut(), shown }));
      if (diff.truncated) say("the diff is longer than what is shown");
    });
}
