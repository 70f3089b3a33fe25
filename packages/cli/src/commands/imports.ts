import type { ImportEdge } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { importLines } from "../code/lines.ts";
import { fileIn, openTree, type Tree, type TreeOptions, withTree } from "../code/tree.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

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

/** Prints what was found; that nothing was is said, and is a failure for scripts. */
async function listEdges(
  options: TreeOptions,
  none: string,
  ask: (daemon: HeddleClient, tree: Tree) => Promise<readonly ImportEdge[]>,
): Promise<void> {
  using daemon = await openDaemon();
  const edges = await ask(daemon, await openTree(daemon, options));
  if (options.json) return printJson(edges);
  if (edges.length > 0) return print(importLines(edges, paintOut()).join("\n"));
  say(printableLine(none));
  process.exitCode = exitCodes.failed;
}
