import { readdirSync, readFileSync } from "node:fs";

/** Resident memory of a process in MB (1e6 bytes). */
export function residentMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return (pages * 4096) / 1e6;
}

/** CPU time of a process in milliseconds; Linux counts in ticks of 10 ms. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The time within which this share of the runs was over; with two decimals. */
export function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return rounded(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
