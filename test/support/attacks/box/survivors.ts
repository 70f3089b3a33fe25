import { globSync, readFileSync } from "node:fs";

/** The ids of this machine's processes whose command line holds a mark. */
export function processesWith(mark: string): number[] {
  return globSync("/proc/[0-9]*/cmdline")
    .filter((file) => readQuietly(file).replaceAll("\0", " ").includes(mark))
    .map((file) => Number(file.split("/")[2]));
}

/** The processes that a daemon has started itself, but for the shells that wait for a program. */
export function childrenOf(pid: number): number[] {
  return allChildrenOf(pid).filter((child) => !isIdleShell(child));
}

function allChildrenOf(pid: number): number[] {
  const text = readQuietly(`/proc/${pid}/task/${pid}/children`).trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

function isIdleShell(pid: number): boolean {
  const shell = readQuietly(`/proc/${pid}/cmdline`) === "/bin/sh\0-s\0";
  return shell && allChildrenOf(pid).length === 0;
}

/** Resident memory of a process. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readQuietly(`/proc/${pid}/status`))?.[1];
  return Number(kib) / 1024;
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
