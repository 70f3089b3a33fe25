import type { Command } from "commander";
import { listEdges } from "../code/edges.ts";
import { fileIn, type TreeOptions, withTree } from "../code/tree.ts";
import { command } from "../command.ts";

export function whyCommand(): Command {
  return withTree(
    command("why").description("Show the shortest chain of imports between two files."),
  )
    .argument("<from>", "the file that needs the other")
    .argument("<to>", "the file that is needed")
    .action((from: string, to: string, options: TreeOptions) =>
      listEdges(options, `no imports lead from ${from} to ${to}`, async (daemon, tree) => {
        const ends = { from: fileIn(options, from), to: fileIn(options, to) };
        return (await daemon.call("code/why", { ...tree, ...ends })).data;
      }),
    );
}
