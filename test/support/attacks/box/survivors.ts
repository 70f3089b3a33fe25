import { globSync, readFileSync } from "node:fs";

/** The ids of this machine's processes whose command line holds a mark. */
export function processesWith(mark: string): number[] {
  return globSync("/proc/[0-9]*/cmdline")
    .filter((file) => readQuietly(file).replaceAll("\0", " ").includes(mark))
    .map((file) => Number(file.split("/")[2]));
}

/** The processes that a process has started itself. */
export function childrenOf(pid: number): number[] {
  const text = readQuietly(`/proc/${pid}/task/${pid}/children`).trim();
  return text === "" ? [] : text.split(" ").map(Number);
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
