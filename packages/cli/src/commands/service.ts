import { userInfo } from "node:os";
import { heddlePaths } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { stopDaemon } from "../daemon/stop.ts";
import { CliError, exitCodes } from "../exit.ts";
import type { ServiceManager } from "../service/manager.ts";
import { serviceManager } from "../service/service.ts";
import { lingers } from "../service/systemd.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

export function serviceCommand(): Command {
  return command("service")
    .description("Have the daemon start at login, and at the first connection to its socket.")
    .addCommand(installCommand())
    .addCommand(uninstallCommand())
    .addCommand(statusCommand())
    .addCommand(restartCommand());
}

function installCommand(): Command {
  return command("install")
    .description("Set the service up, or again after heddle or Node has moved. What runs goes on.")
    .action(async () => {
      const manager = serviceManager();
      if (!manager.tested) say(`heddle: the service for ${manager.name} has never been tested`);
      await manager.check();
      await takeOver(() => manager.install());
      const { files } = await manager.state();
      for (const file of files) say(`written: ${printableLine(file)}`);
      await proveRunning(manager);
    });
}

function uninstallCommand(): Command {
  return command("uninstall")
    .description("Stop the service and remove what install wrote.")
    .action(async () => {
      const manager = serviceManager();
      const { files } = await manager.state();
      if (!(await manager.uninstall())) return say("there is no service to remove");
      for (const file of files) say(`removed: ${printableLine(file)}`);
      say("each command starts the daemon again when it needs it");
    });
}

function restartCommand(): Command {
  return command("restart")
    .description("Stop the daemon and start it as the service. What runs goes on.")
    .action(async () => {
      const manager = serviceManager();
      await requireInstalled(manager);
      await takeOver(async () => {
        await manager.stop();
        if (!(await manager.start())) throw notStarted(manager);
      });
      await proveRunning(manager);
    });
}

/** A daemon that some command started has the lock, and would be in the way. */
async function takeOver(act: () => Promise<void>): Promise<void> {
  const before = await stopDaemon(heddlePaths());
  if (before !== undefined) say(`the daemon has stopped: pid ${before}`);
  await act();
}

/** The first connection starts it. */
async function proveRunning(manager: ServiceManager): Promise<void> {
  using daemon = await openDaemon();
  const { pid, version } = await daemon.call("daemon/status", {});
  const { running } = await manager.state();
  if (!running) throw notStarted(manager);
  say(`the daemon runs as a service: ${version}, pid ${pid}`);
}

function notStarted({ name }: ServiceManager): CliError {
  const message = `${name} could not start the daemon`;
  const hint = "`heddle daemon logs` or `journalctl --user` has the reason";
  return new CliError(exitCodes.failed, message, hint);
}

async function requireInstalled(manager: ServiceManager): Promise<void> {
  if ((await manager.state()).installed) return;
  const message = "there is no service of this instance";
  throw new CliError(exitCodes.failed, message, "heddle service install");
}

function statusCommand(): Command {
  return command("status")
    .description("Show the service. Exit code 69 if there is none or it does not run.")
    .option("--json", "print it as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const state = await serviceManager().state();
      const linger = lingers(userInfo().username) ?? null;
      if (json) printJson({ ...state, linger });
      else if (!state.installed) print("not installed");
      else print(`${state.detail}${linger === false ? "; it ends at your last logout" : ""}`);
      const up = state.installed && (state.running || state.listening === true);
      if (!up) process.exitCode = exitCodes.unavailable;
    });
}
