import { readFileSync } from "node:fs";

/** Whether a process of this id exists, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * When a process began, in the kernel's ticks since boot: with its id it names the process for good.
 * `undefined` for one that has ended, or that nobody has waited for yet.
 */
export function processStart(pid: number): string | undefined {
  try {
    const fields = statFields(readFileSync(`/proc/${pid}/stat`, "latin1"));
    return /^[ZX]$/.test(fields[0] ?? "") ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/**
 * The fields of a `/proc/PID/stat` from the third one on. The name before them may hold anything, but
 * ends at the last bracket.
 */
export function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
