import { readFileSync } from "node:fs";
import * as z from "zod";
import { AbsolutePath } from "./common.ts";

/** The daemon that has a state directory for itself, as its file says. */
export const LockHolder = z.object({ pid: z.int().positive(), socket: AbsolutePath });
export type LockHolder = z.infer<typeof LockHolder>;

/** Who holds the lock, if the file names a process that is alive. */
export function readHolder(path: string): LockHolder | undefined {
  try {
    const holder = LockHolder.parse(JSON.parse(readFileSync(path, "utf8")));
    return isAlive(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
