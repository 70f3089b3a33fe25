import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DaemonError } from "@heddle/protocol";
import BetterSqlite3 from "better-sqlite3";

/**
 * Makes the daemon single: an exclusive lock on a small SQLite file, which the kernel drops when
 * the process ends in whatever way. Throws `conflict` with the winner's pid.
 */
export function acquireLock(path: string): Disposable {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const pidFile = `${path}.pid`;
  const db = new BetterSqlite3(path, { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    const pid = readPid(pidFile);
    const message = `another daemon is running${pid ? ` (pid ${pid})` : ""}`;
    throw new DaemonError("conflict", message, { pid }, { cause: error });
  }
  writeFileSync(pidFile, String(process.pid), { mode: 0o600 });
  return { [Symbol.dispose]: () => void db.close() };
}

function readPid(pidFile: string): number | undefined {
  try {
    return Number(readFileSync(pidFile, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}
