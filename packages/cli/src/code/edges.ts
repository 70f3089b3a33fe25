import type { ImportEdge } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { importLines } from "./lines.ts";
import { findTree, type Tree, type TreeOptions, whileRead } from "./tree.ts";

/** Prints what was found; that nothing was is said, and is a failure for scripts. */
export async function listEdges(
  options: TreeOptions,
  none: string,
  ask: (daemon: HeddleClient, tree: Tree) => Promise<readonly ImportEdge[]>,
): Promise<void> {
  using daemon = await openDaemon();
  const tree = await findTree(daemon, options);
  const edges = await whileRead(daemon, tree, ask(daemon, tree));
  if (options.json) return printJson(edges);
  if (edges.length > 0) return print(importLines(edges, paintOut()).join("\n"));
  say(printableLine(none));
  process.exitCode = exitCodes.failed;
}
