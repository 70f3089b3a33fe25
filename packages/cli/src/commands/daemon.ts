import { heddlePaths, readHolder } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { daemonArguments } from "../daemon/entry.ts";
import { findDaemon } from "../daemon/find.ts";
import { showLog } from "../daemon/log.ts";
import { openDaemon } from "../daemon/open.ts";
import { statusText } from "../daemon/status-text.ts";
import { findRunning, stopDaemon } from "../daemon/stop.ts";
import { exitCodes } from "../exit.ts";
import { runInForeground } from "../foreground.ts";
import { isInstalled, serviceManager } from "../service/service.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { wholeNumber } from "../whole-number.ts";

export function daemonCommand(): Command {
  return command("daemon")
    .description("Start, stop and watch the daemon. Other commands start it when they need it.")
    .addCommand(startCommand())
    .addCommand(stopCommand())
    .addCommand(restartCommand())
    .addCommand(statusCommand())
    .addCommand(logsCommand())
    .addCommand(acknowledgeCommand());
}

function startCommand(): Command {
  return command("start")
    .description("Start the daemon, unless it runs.")
    .option("--foreground", "run it here until Ctrl+C")
    .option("--json", "print its status as JSON")
    .action(async ({ foreground, json }: { foreground?: boolean; json?: boolean }) => {
      if (foreground) return await runInForeground(daemonArguments());
      const paths = heddlePaths();
      using running = await findDaemon(paths);
      using daemon = running ?? (await openDaemon(paths));
      const status = await daemon.call("daemon/status", {});
      if (json) return printJson(status);
      say(`the daemon ${running ? "runs already" : "has started"}: pid ${status.pid}`);
    });
}

function stopCommand(): Command {
  return command("stop")
    .description("Stop the daemon. What runs is left off, and the next one goes on with it.")
    .action(async () => {
      const paths = heddlePaths();
      const supervised = isInstalled() ? readHolder(paths.holder)?.pid : undefined;
      // With the service its socket goes, or whoever is attached would start it again.
      if (isInstalled()) await serviceManager().stop();
      const pid = (await stopDaemon(paths)) ?? supervised;
      say(pid === undefined ? "no daemon is running" : `the daemon has stopped: pid ${pid}`);
    });
}

function restartCommand(): Command {
  return command("restart")
    .description("Stop the daemon and start it as it is installed now. What runs goes on.")
    .action(async () => {
      const paths = heddlePaths();
      const before = await stopDaemon(paths);
      using daemon = await openDaemon(paths);
      const { pid, version } = await daemon.call("daemon/status", {});
      say(`the daemon has started: ${version}, pid ${pid}${before ? ` (it was ${before})` : ""}`);
    });
}

function statusCommand(): Command {
  return command("status")
    .description("Show whether the daemon runs, without starting it. Exit code 69 if it does not.")
    .option("--json", 'print the status as JSON, or {"running": false}')
    .action(async ({ json }: { json?: boolean }) => {
      using daemon = await findRunning(heddlePaths());
      const status = await daemon?.call("daemon/status", {});
      if (json) printJson({ running: status !== undefined, ...status });
      else print(status ? statusText(status) : "no daemon is running");
      if (!status) process.exitCode = exitCodes.unavailable;
    });
}

function acknowledgeCommand(): Command {
  return command("acknowledge")
    .description("Take the notice away that the database was restored from a backup.")
    .action(async () => {
      using daemon = await openDaemon();
      await daemon.call("daemon/acknowledge", {});
    });
}

function logsCommand(): Command {
  return command("logs")
    .description("Show the daemon's log.")
    .option("-n, --lines <number>", "how many lines of it", wholeNumber(0), 50)
    .option("-f, --follow", "go on with new lines until Ctrl+C")
    .option("--json", "print the lines as they are stored")
    .action(async (options: { lines: number; follow?: boolean; json?: boolean }) => {
      await showLog(heddlePaths().log, options);
    });
}
