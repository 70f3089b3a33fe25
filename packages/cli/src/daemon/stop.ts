import { setTimeout as delay } from "node:timers/promises";
import { DaemonError } from "@heddle/protocol";
import { type HeddleClient, type HeddlePaths, isAlive, readHolder } from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { isInstalled } from "../service/service.ts";
import { findDaemon } from "./find.ts";

const endsWithinMs = 15_000;

/** Connects to the daemon if it runs; where it is a service, a connection would start it. */
export async function findRunning(paths: HeddlePaths): Promise<HeddleClient | undefined> {
  if (isInstalled() && readHolder(paths.holder) === undefined) return undefined;
  return await findDaemon(paths, { reconnectForMs: 0 });
}

/** Returns the pid of the daemon that has ended, if one ran. */
export async function stopDaemon(paths: HeddlePaths): Promise<number | undefined> {
  const pid = await askToStop(paths);
  if (pid !== undefined) await ended(pid);
  return pid;
}

async function askToStop(paths: HeddlePaths): Promise<number | undefined> {
  try {
    using daemon = await findRunning(paths);
    if (!daemon) return undefined;
    const { pid } = await daemon.call("daemon/status", {});
    await daemon.call("daemon/stop", {}).catch((error: unknown) => stopBySignal(error, pid));
    return pid;
  } catch (error) {
    // An older or newer one understands signals all the same.
    const pid = kindOf(error) === "unsupportedProtocol" ? readHolder(paths.holder)?.pid : undefined;
    if (pid === undefined) throw error;
    process.kill(pid, "SIGTERM");
    return pid;
  }
}

/** One that stops at once may do so before it answers; one that cannot store the call is signalled. */
function stopBySignal(error: unknown, pid: number): void {
  const kind = kindOf(error);
  if (kind === "disconnected") return;
  if (kind !== "storageFull" && kind !== "storageDamaged") throw error;
  process.kill(pid, "SIGTERM");
}

function kindOf(error: unknown): string | undefined {
  return error instanceof DaemonError ? error.kind : undefined;
}

async function ended(pid: number): Promise<void> {
  const until = performance.now() + endsWithinMs;
  for (; performance.now() < until; await delay(20)) {
    if (!isAlive(pid)) return;
  }
  throw new CliError(exitCodes.failed, `the daemon (pid ${pid}) is still ending`);
}
