import { existsSync } from "node:fs";
import { CliError, exitCodes } from "../exit.ts";
import { agentFile, launchd } from "./launchd.ts";
import type { ServiceManager } from "./manager.ts";
import { servicePlan } from "./plan.ts";
import { scheduledTask } from "./scheduled-task.ts";
import { systemd, unitFiles } from "./systemd.ts";

/** The service manager of this platform, for the instance that the environment names. */
export function serviceManager(env: NodeJS.ProcessEnv = process.env): ServiceManager {
  const plan = servicePlan(env);
  switch (process.platform) {
    case "linux":
      return systemd(plan, env);
    case "darwin":
      return launchd(plan, env);
    case "win32":
      return scheduledTask(plan);
    default: {
      const message = `heddle knows no service manager of ${process.platform}`;
      throw new CliError(exitCodes.unavailable, message);
    }
  }
}

/** Whether there is a service of this instance; asks files only, so that it costs nothing. */
export function isInstalled(env: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform === "linux") return unitFiles(env).every((file) => existsSync(file));
  return process.platform === "darwin" && existsSync(agentFile(env));
}
