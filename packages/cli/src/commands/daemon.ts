import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { DaemonError } from "@heddle/protocol";
import { heddlePaths } from "@heddle/protocol/node";
import { type Command, InvalidArgumentError } from "commander";
import { command } from "../command.ts";
import { daemonArguments } from "../daemon/entry.ts";
import { showLog } from "../daemon/log.ts";
import { findDaemon, openDaemon } from "../daemon/open.ts";
import { statusText } from "../daemon/status-text.ts";
import { CliError, exitCodes } from "../exit.ts";
import { print, printJson, say } from "../terminal/output.ts";

const endsWithinMs = 15_000;

export function daemonCommand(): Command {
  return command("daemon")
    .description("Start, stop and watch the daemon. Other commands start it when they need it.")
    .addCommand(startCommand())
    .addCommand(stopCommand())
    .addCommand(statusCommand())
    .addCommand(logsCommand());
}

function startCommand(): Command {
  return command("start")
    .description("Start the daemon, unless it runs.")
    .option("--foreground", "run it here until Ctrl+C")
    .option("--json", "print its status as JSON")
    .action(async ({ foreground, json }: { foreground?: boolean; json?: boolean }) => {
      if (foreground) return await runInForeground();
      const paths = heddlePaths();
      using running = await findDaemon(paths);
      using daemon = running ?? (await openDaemon(paths));
      const status = await daemon.call("daemon/status", {});
      if (json) return printJson(status);
      say(`the daemon ${running ? "runs already" : "has started"}: pid ${status.pid}`);
    });
}

async function runInForeground(): Promise<void> {
  const child = spawn(process.execPath, daemonArguments(), { stdio: "inherit" });
  // The terminal signals the whole group; what comes by name is passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
}

function stopCommand(): Command {
  return command("stop")
    .description("Stop the daemon. Running turns are interrupted; nothing that was stored is lost.")
    .action(async () => {
      using daemon = await findDaemon(heddlePaths(), { reconnectForMs: 0 });
      if (!daemon) return say("no daemon is running");
      const { pid } = await daemon.call("daemon/status", {});
      await daemon.call("daemon/stop", {}).catch(unlessDisconnected);
      daemon.close();
      await ended(pid);
      say(`the daemon has stopped: pid ${pid}`);
    });
}

/** A daemon that stops at once may do so before its answer arrives. */
function unlessDisconnected(error: unknown): void {
  if (!(error instanceof DaemonError) || error.kind !== "disconnected") throw error;
}

async function ended(pid: number): Promise<void> {
  for (const until = Date.now() + endsWithinMs; Date.now() < until; await delay(20)) {
    if (!alive(pid)) return;
  }
  throw new CliError(exitCodes.failed, `the daemon (pid ${pid}) is still ending`);
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function statusCommand(): Command {
  return command("status")
    .description("Show whether the daemon runs, without starting it. Exit code 69 if it does not.")
    .option("--json", 'print the status as JSON, or {"running": false}')
    .action(async ({ json }: { json?: boolean }) => {
      using daemon = await findDaemon(heddlePaths());
      const status = await daemon?.call("daemon/status", {});
      if (json) printJson({ running: status !== undefined, ...status });
      else print(status ? statusText(status) : "no daemon is running");
      if (!status) process.exitCode = exitCodes.unavailable;
    });
}

function logsCommand(): Command {
  return command("logs")
    .description("Show the daemon's log.")
    .option("-n, --lines <number>", "how many lines of it", lineCount, 50)
    .option("-f, --follow", "go on with new lines until Ctrl+C")
    .option("--json", "print the lines as they are stored")
    .action(async (options: { lines: number; follow?: boolean; json?: boolean }) => {
      await showLog(heddlePaths().log, options);
    });
}

function lineCount(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("Give a whole number.");
}
