import type { DaemonStatus } from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { statusText } from "../daemon/status-text.ts";
import { findThread } from "../lookup.ts";
import { paintOut, print, printJson } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { readStanding, standingText } from "../thread/facts-text.ts";

interface Options {
  readonly json?: boolean;
}

export function statusCommand(): Command {
  return command("status")
    .description("Show what the daemon is doing, and what a thread stands in.")
    .argument("[thread]", "as listed by `heddle threads`")
    .option("--json", "print the status as JSON")
    .action(async (given: string | undefined, options: Options) => {
      using daemon = await openDaemon();
      if (given !== undefined) return await showThread(daemon, given, options);
      const status: DaemonStatus = await daemon.call("daemon/status", {});
      if (options.json) return printJson(status);
      const projects = await listAll(daemon, "project/list").catch(() => []);
      print(statusText(status, Date.now(), paintOut()));
      for (const { name, path, access } of projects) {
        print(`  ${printableLine(name)}  ${access ?? "not granted"}  ${printableLine(path)}`);
      }
    });
}

async function showThread(daemon: HeddleClient, given: string, { json }: Options): Promise<void> {
  const threadId = await findThread(daemon, given);
  const standing = await readStanding(daemon, threadId);
  if (json) printJson(standing);
  else print(standingText(standing));
}
