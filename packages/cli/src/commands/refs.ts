import type { Command } from "commander";
import { counted } from "../analyze/words.ts";
import { referenceLines } from "../code/lines.ts";
import { findTree, type TreeOptions, whileRead, withTree } from "../code/tree.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

export function refsCommand(): Command {
  return withTree(command("refs").description("List where a name is defined, imported and used."))
    .argument("<symbol>", "the name of a function, class, type or variable")
    .action(async (symbol: string, options: TreeOptions) => {
      using daemon = await openDaemon();
      const tree = await findTree(daemon, options);
      const refs = await whileRead(daemon, tree, daemon.call("code/refs", { ...tree, symbol }));
      if (options.json) return printJson(refs);
      if (refs.data.length === 0) {
        say(`nothing here is called ${printableLine(symbol)}`);
        process.exitCode = exitCodes.failed;
        return;
      }
      print(referenceLines(refs.data, paintOut()).join("\n"));
      const lines = refs.total - refs.data.length;
      if (lines > 0) say(`and ${counted(lines, "more line")}`);
      if (refs.more > 0) say(`and ${counted(refs.more, "more file")} that use the name`);
    });
}
