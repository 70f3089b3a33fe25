import type { Command } from "commander";
import { listEdges } from "../code/edges.ts";
import { fileIn, type TreeOptions, withTree } from "../code/tree.ts";
import { command } from "../command.ts";

export function importersCommand(): Command {
  return withTree(command("importers").description("List which files import a file."))
    .argument("<file>", "a source file of the project")
    .action((file: string, options: TreeOptions) =>
      listEdges(options, `nothing imports ${file}`, async (daemon, tree) => {
        const found = await daemon.call("code/importers", { ...tree, file: fileIn(options, file) });
        return found.data;
      }),
    );
}
