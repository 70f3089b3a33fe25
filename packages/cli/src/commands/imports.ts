import type { Command } from "commander";
import { listEdges } from "../code/edges.ts";
import { fileIn, type TreeOptions, withTree } from "../code/tree.ts";
import { command } from "../command.ts";

export function importsCommand(): Command {
  return withTree(command("imports").description("List what a file imports, and where that leads."))
    .argument("<file>", "a source file of the project")
    .action((file: string, options: TreeOptions) =>
      listEdges(options, `${file} imports nothing`, async (daemon, tree) => {
        const found = await daemon.call("code/imports", { ...tree, file: fileIn(options, file) });
        return found.data;
      }),
    );
}
