import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";

/** The daemon that has a state directory for itself, as its file says. */
export interface LockHolder {
  readonly pid: number;
  readonly socket: string;
}

/** Who holds the lock, if the file names a process that is alive. */
export function readHolder(path: string): LockHolder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isHolder(holder) && isAlive(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** By hand: every command of the command line reads this file, and most need no schema else. */
function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, socket } = value as Partial<Record<keyof LockHolder, unknown>>;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return false;
  return typeof socket === "string" && isAbsolute(socket);
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
