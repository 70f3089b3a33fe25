import type { Command } from "commander";
import { fileIn, findTree, type TreeOptions, whileRead, withTree } from "../code/tree.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";
import { wholeNumber } from "../whole-number.ts";

interface Options extends TreeOptions {
  readonly budget: number;
  readonly focus?: string[];
}

export function mapCommand(): Command {
  return withTree(
    command("map").description(
      "Print the most used definitions as `path: line symbol`, up to a budget.",
    ),
  )
    .option(
      "-b, --budget <tokens>",
      "how long it may be, in tokens",
      wholeNumber(100, 50_000),
      1500,
    )
    .option("-f, --focus <file...>", "files that it is to be about")
    .action(async ({ budget, focus = [], ...options }: Options) => {
      using daemon = await openDaemon();
      const tree = await findTree(daemon, options);
      const files = focus.map((file) => fileIn(options, file));
      const asked = daemon.call("code/map", { ...tree, budget, focus: files });
      const map = await whileRead(daemon, tree, asked);
      if (options.json) return printJson(map);
      if (map.text === "") return say("no definitions were found");
      print(printable(map.text));
    });
}
