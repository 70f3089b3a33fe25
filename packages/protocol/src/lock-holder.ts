import { lstatSync, readFileSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import type { HeddlePaths } from "./paths.ts";

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

/** Where the daemon listens: with another runtime directory it may be elsewhere than here. */
export function socketOf({ holder, socket }: HeddlePaths): string {
  const held = readHolder(holder)?.socket;
  return held !== undefined && isOwnSocket(held) ? held : socket;
}

/** Whether nobody else can have put the socket there. */
export function isOwnSocket(socket: string): boolean {
  const uid = process.getuid?.();
  const [file, directory] = [socket, dirname(socket)].map((path) =>
    lstatSync(path, { throwIfNoEntry: false }),
  );
  if (!file?.isSocket() || !directory?.isDirectory()) return false;
  return file.uid === uid && directory.uid === uid && (directory.mode & 0o077) === 0;
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
