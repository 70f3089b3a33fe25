import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DaemonError } from "@heddle/protocol";
import { type LockHolder, readHolder } from "@heddle/protocol/node";
import BetterSqlite3 from "better-sqlite3";
import { replaceFile } from "../os/durable-files.ts";
import { cannotOpen, type Database, isStorageFault } from "./database.ts";

export interface LockPlaces {
  /** The file that is locked. */
  readonly lock: string;
  /** Where the holder says who it is. */
  readonly holder: string;
}

/** How long a daemon that does not name itself may hold the lock: the winner of a race does so soon. */
const namesItselfWithinMs = 2000;
/** A daemon that was killed leaves its name behind, so a race is decided by trying again first. */
const surelyHeldMs = 100;

/**
 * Makes the daemon single: an exclusive lock on a small SQLite file, which the kernel drops when
 * the process ends in whatever way. Throws `conflict` with the winner's pid and socket.
 */
export async function acquireLock(places: LockPlaces, self: LockHolder): Promise<Disposable> {
  mkdirSync(dirname(places.lock), { recursive: true, mode: 0o700 });
  const since = performance.now();
  for (;;) {
    const db = tryLock(places.lock);
    if (db) {
      sayWhoHolds(places.holder, self);
      return { [Symbol.dispose]: () => release(db, places.holder) };
    }
    const holder = readHolder(places.holder);
    const triedMs = performance.now() - since;
    if (triedMs > (holder ? surelyHeldMs : namesItselfWithinMs)) throw heldBy(holder);
    // Of two that try at the same moment SQLite may refuse both: one of them is quicker next time.
    await delay(5 + Math.random() * 20);
  }
}

function tryLock(path: string): Database | undefined {
  let db: Database | undefined;
  try {
    db = new BetterSqlite3(path, { timeout: 0 });
    // A lock that writes nothing can be taken on a full disk, too.
    db.pragma("journal_mode = MEMORY");
    db.exec("BEGIN EXCLUSIVE");
    return db;
  } catch (error) {
    db?.close();
    if (isBusy(error)) return undefined;
    throw isStorageFault(error) ? cannotOpen(path, error) : error;
  }
}

/** On a full disk the daemon still starts; its clients then know it by the usual socket alone. */
function sayWhoHolds(path: string, self: LockHolder): void {
  try {
    replaceFile(path, JSON.stringify(self));
  } catch (error) {
    if (!isStorageFault(error)) throw error;
  }
}

/** The name goes before the lock, or it would be that of the next holder. */
function release(db: Database, holder: string): void {
  try {
    rmSync(holder, { force: true });
  } finally {
    db.close();
  }
}

function heldBy(holder: LockHolder | undefined): DaemonError {
  const who = holder ? ` (pid ${holder.pid}, at ${holder.socket})` : "";
  const message = `another daemon is running${who}; stop it with \`heddle daemon stop\`, or set another HEDDLE_HOME`;
  return new DaemonError("conflict", message, { ...holder });
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY");
}
