import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CliError, exitCodes } from "../exit.ts";
import { isOwn, refuseForeign, removeOwn, writeOwn } from "./files.ts";
import type { ServiceManager, ServiceState } from "./manager.ts";
import { type ServicePlan, serviceName } from "./plan.ts";
import { mustRun, run } from "./run.ts";
import { serviceUnit, socketUnit } from "./systemd-unit.ts";

/** What is there when systemd has booted the machine, and a file for each user who lingers. */
const systemdPlaces = { booted: "/run/systemd/system", directory: "/var/lib/systemd/linger" };

const noSystemd =
  "without one, each command starts the daemon when it needs it; it then runs until logout";

/** Where the units of an instance lie, the socket's first. */
export function unitFiles(env: NodeJS.ProcessEnv): readonly [string, string] {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config");
  const directory = join(config, "systemd", "user");
  const name = serviceName(env);
  return [join(directory, `${name}.socket`), join(directory, `${name}.service`)];
}

/** The user's own systemd: the socket is its, and starts the daemon at the first connection. */
export function systemd(plan: ServicePlan, env: NodeJS.ProcessEnv): ServiceManager {
  const files = unitFiles(env);
  const units = [`${plan.name}.socket`, `${plan.name}.service`];
  const [socketFile, serviceFile] = files;
  const [socket = "", service = ""] = units;
  const control = (...args: string[]) => mustRun("systemctl", ["--user", ...args]);

  // Of an installation that was cut short there may be one.
  const ownUnits = () => units.filter((_, at) => isOwn(files[at] ?? ""));

  const uninstall = async () => {
    for (const file of files) refuseForeign(file);
    if (ownUnits().length === 0) return false;
    await control("disable", "--now", ...ownUnits());
    for (const file of files) removeOwn(file);
    await control("daemon-reload");
    // One that had failed would be remembered.
    await run("systemctl", ["--user", "reset-failed", ...units]);
    return true;
  };

  const install = async () => {
    const [socketText, serviceText] = [socketUnit(plan), serviceUnit(plan)];
    for (const file of files) refuseForeign(file);
    // So that it does not run on as it was.
    if (ownUnits().length > 0) await control("stop", ...ownUnits());
    mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
    writeOwn(socketFile, socketText);
    try {
      writeOwn(serviceFile, serviceText);
      await control("daemon-reload");
      await control("enable", ...units);
      await control("start", socket);
    } catch (error) {
      await run("systemctl", ["--user", "disable", "--now", ...ownUnits()]);
      for (const file of files.filter(isOwn)) removeOwn(file);
      throw error;
    }
  };

  const start = async () => {
    await run("systemctl", ["--user", "reset-failed", ...units]);
    const { code } = await run("systemctl", ["--user", "start", ...units]);
    // A socket without a daemon would keep one from starting by itself.
    if (code !== 0) await run("systemctl", ["--user", "stop", socket]);
    return code === 0;
  };

  const state = async (): Promise<ServiceState> => {
    const [listening, running] = [await stateOf(socket), await stateOf(service)];
    return {
      manager: "systemd --user",
      name: plan.name,
      installed: files.every(isOwn),
      listening: listening === "active",
      running: running === "active",
      detail: `${socket} is ${listening}, ${service} is ${running}`,
      files,
    };
  };
  // Where systemd cannot be asked, it runs nothing of ours either.
  const stop = async () => void (await run("systemctl", ["--user", "stop", ...units]));
  const check = checkSystemd;
  return { name: "systemd --user", tested: true, check, install, uninstall, start, stop, state };
}

async function stateOf(unit: string): Promise<string> {
  const { code, stdout } = await run("systemctl", ["--user", "is-active", unit]);
  return stdout.trim() || (code === undefined ? "unknown (no systemctl)" : "unknown");
}

async function checkSystemd(): Promise<void> {
  const { code, stderr } = await run("systemctl", ["--user", "show", "--property=Version"]);
  if (code === undefined) {
    const message = "there is no systemd here, and so no service";
    throw new CliError(exitCodes.unavailable, message, noSystemd);
  }
  if (code !== 0) {
    const message = `systemd runs nothing for this user here: ${stderr.trim()}`;
    throw new CliError(exitCodes.unavailable, message, noSystemd);
  }
  const notify = await run("systemd-notify", ["--version"]);
  if (notify.code === 0) return;
  const message = "systemd-notify is missing, by which the daemon tells that it is ready";
  throw new CliError(exitCodes.unavailable, message, "install all of systemd's package");
}

/** Whether the user's services outlive their last login; undefined where nobody says. */
export function lingers(user: string, places = systemdPlaces): boolean | undefined {
  const { booted, directory } = places;
  return existsSync(booted) ? existsSync(join(directory, user)) : undefined;
}
