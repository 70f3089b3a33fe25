import { mkdirSync } from "node:fs";
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

/** How long a holder that was only just successful has for saying who it is. */
const namesItselfWithinMs = 2000;

/**
 * Makes the daemon single: an exclusive lock on a small SQLite file, which the kernel drops when
 * the process ends in whatever way. Throws `conflict` with the winner's pid and socket.
 */
export async function acquireLock(places: LockPlaces, self: LockHolder): Promise<Disposable> {
  mkdirSync(dirname(places.lock), { recursive: true, mode: 0o700 });
  const db = open(places.lock);
  try {
    // A lock that writes nothing can be taken on a full disk, too.
    db.pragma("journal_mode = MEMORY");
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (isBusy(error)) throw heldBy(await holderOf(places.holder), error);
    throw isStorageFault(error) ? cannotOpen(places.lock, error) : error;
  }
  sayWhoHolds(places.holder, self);
  return { [Symbol.dispose]: () => void db.close() };
}

function open(path: string): Database {
  try {
    return new BetterSqlite3(path, { timeout: 0 });
  } catch (error) {
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

/** The winner of a race writes its name a moment after it has won. */
async function holderOf(path: string): Promise<LockHolder | undefined> {
  const until = performance.now() + namesItselfWithinMs;
  for (;;) {
    const holder = readHolder(path);
    if (holder || performance.now() > until) return holder;
    await delay(10);
  }
}

function heldBy(holder: LockHolder | undefined, cause: unknown): DaemonError {
  const who = holder ? ` (pid ${holder.pid}, at ${holder.socket})` : "";
  const message = `another daemon is running${who}`;
  return new DaemonError("conflict", message, { ...holder }, { cause });
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY");
}
