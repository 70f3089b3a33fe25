import { readdirSync, readFileSync } from "node:fs";
import { statFields } from "../os/processes.ts";
import { limits } from "./limits.ts";

const pageBytes = 4096;
const KiB = 1024;

/** What the processes of one box use together. */
export interface BoxUsage {
  /** Threads count, as they do for the kernel's own limit. */
  readonly tasks: number;
  /** Resident memory. A page that several processes map counts for each of them in part. */
  readonly bytes: number;
}

/**
 * Asks the kernel about every process of a box through the box's own `/proc`, which nothing inside
 * can hide from or mount over. `undefined` when the box has ended. Memory is summed up exactly only
 * where a cheap sum, which counts shared pages several times, is over `memoryBytes`.
 */
export function measureBox(firstPid: number, memoryBytes: number): BoxUsage | undefined {
  const proc = `/proc/${firstPid}/root/proc`;
  const pids = processesIn(proc);
  if (pids === undefined) return undefined;
  if (pids.length > limits.watchedProcesses) return { tasks: pids.length, bytes: 0 };
  const processes = pids.map((pid) => ({ pid, ...statOf(`${proc}/${pid}/stat`) }));
  const tasks = sum(processes.map(({ threads }) => threads));
  const bytes = sum(processes.map(({ resident }) => resident));
  if (bytes <= memoryBytes) return { tasks, bytes };
  const exact = processes.map(({ pid, resident }) => shareOf(`${proc}/${pid}`) ?? resident);
  return { tasks, bytes: sum(exact) };
}

/** The processes that a process, and those that it started, have started and that still exist. */
export function descendantsOf(pid: number): number[] {
  const found = readQuietly(`/proc/${pid}/task/${pid}/children`).trim();
  const children = found === "" ? [] : found.split(" ").map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function processesIn(proc: string): string[] | undefined {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
}

function statOf(file: string): { readonly threads: number; readonly resident: number } {
  const fields = statFields(readQuietly(file));
  return { threads: Number(fields[17] ?? 0), resident: Number(fields[21] ?? 0) * pageBytes };
}

/** Absent where the process keeps the daemon from looking. */
function shareOf(process: string): number | undefined {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readQuietly(`${process}/smaps_rollup`))?.[1];
  return kib === undefined ? undefined : Number(kib) * KiB;
}

/** Processes end while they are looked at. */
function readQuietly(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
