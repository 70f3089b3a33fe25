import { existsSync, globSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, processStart } from "../os/processes.ts";
import { unavailable } from "./unavailable.ts";

/** In the directory of a box: which process is its first, and when that began. */
export const firstProcessFile = "first";

/** The filter that each box is given as it opens. */
export const filterFile = "seccomp.bpf";

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
  const first = await Promise.all(left.map((name) => firstProcess(join(dir, name))));
  await Promise.all([...first, ...halfOpenBoxes(dir)].map(end));
}

interface Process {
  readonly pid: number;
  readonly start: string;
}

async function firstProcess(box: string): Promise<Process> {
  const text = await readFile(join(box, firstProcessFile), "utf8").catch(() => "");
  const [pid = "", start = ""] = text.split(" ");
  return { pid: Number(pid), start };
}

/**
 * Boxes that were opening when their daemon was killed, before this one began: the first process
 * waits for bubblewrap before it asks to die with it, and so may wait for ever. They hold the
 * filter.
 */
export function halfOpenBoxes(dir: string, before = processStart(process.pid)): Process[] {
  if (!existsSync(dir)) return [];
  const filter = join(realpathSync(dir), filterFile);
  return globSync("/proc/[0-9]*/comm")
    .map((file) => Number(file.split("/")[2]))
    .filter((pid) => isBubblewrap(pid) && holds(pid, filter))
    .flatMap((pid) => {
      const start = processStart(pid);
      return start !== undefined && Number(start) < Number(before) ? [{ pid, start }] : [];
    });
}

function isBubblewrap(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "latin1") === "bwrap\n";
  } catch {
    return false;
  }
}

function holds(pid: number, path: string): boolean {
  return globSync(`/proc/${pid}/fd/*`).some((fd) => {
    try {
      const target = readlinkSync(fd);
      return target === path || target === `${path} (deleted)`;
    } catch {
      return false;
    }
  });
}

async function end({ pid, start }: Process): Promise<void> {
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
