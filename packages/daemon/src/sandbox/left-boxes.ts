import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, processStart } from "../os/processes.ts";
import { unavailable } from "./unavailable.ts";

/** In the directory of a box: which process is its first, and when that began. */
export const firstProcessFile = "first";

const patienceMs = 5000;
const pauseMs = 10;

/** The daemon that made a directory of this name for a box. */
export function ownerOf(name: string): number | undefined {
  const pid = /^(?:io|canary)-(\d+)-/.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/**
 * Settles when no box of a daemon that was killed has a process left. They die with it, but not in
 * the same moment, and on a busy machine could still write while their turn goes on. Throws
 * `sandboxUnavailable` where one cannot be ended.
 */
export async function endLeftBoxes(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  const left = names.filter((name) => {
    const owner = ownerOf(name);
    return owner !== undefined && !isAlive(owner);
  });
  await Promise.all(left.map((name) => endBox(join(dir, name, firstProcessFile))));
}

async function endBox(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [id = "", start = ""] = text.split(" ");
  const pid = Number(id);
  const until = performance.now() + patienceMs;
  while (start !== "" && processStart(pid) === start) {
    if (performance.now() > until) {
      throw unavailable(`a box of an earlier daemon does not end: end its process ${pid} by hand`);
    }
    kill(pid);
    await delay(pauseMs);
  }
}

/** Of a namespace's first process all others die; it is gone only after them. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended, which the next look will tell.
  }
}
