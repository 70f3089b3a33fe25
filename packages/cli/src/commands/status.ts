import type { DaemonStatus } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { statusText } from "../daemon/status-text.ts";
import { paintOut, print, printJson } from "../terminal/output.ts";

export function statusCommand(): Command {
  return command("status")
    .description("Show what the daemon is doing.")
    .option("--json", "print the status as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const status: DaemonStatus = await daemon.call("daemon/status", {});
      if (json) printJson(status);
      else print(statusText(status, Date.now(), paintOut()));
    });
}
