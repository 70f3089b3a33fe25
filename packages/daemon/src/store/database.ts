import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DaemonError } from "@heddle/protocol";
import BetterSqlite3, { type Database } from "better-sqlite3";

export type { Database } from "better-sqlite3";

const migrationsDirectory = fileURLToPath(new URL("../../migrations", import.meta.url));
const quickCheckLimitBytes = 100 * 1024 * 1024;

/**
 * Opens the store and brings it to the newest schema. Whatever is committed survives a power cut.
 * A newer schema is refused and left as it is; a damaged file throws before anything is written.
 */
export function openDatabase(path: string): Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const uncleanStop = sizeOf(`${path}-wal`) > 0;
  const db = new BetterSqlite3(path);
  try {
    if (uncleanStop && sizeOf(path) < quickCheckLimitBytes) quickCheck(db, path);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    db.pragma("busy_timeout = 5000");
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    if (error instanceof BetterSqlite3.SqliteError && /NOTADB|CORRUPT/.test(error.code)) {
      throw damaged(path, error.message, error);
    }
    throw error;
  }
}

function damaged(path: string, verdict: string, cause?: unknown): DaemonError {
  const message = `the database ${path} is damaged (${verdict}); move it away to start afresh`;
  return new DaemonError("internal", message, { path }, { cause });
}

/** Whether the disk, and not the code, kept something from being stored. */
export function isStorageFault(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|ENOSPC|EROFS|EDQUOT)/.test(code);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function quickCheck(db: Database, path: string): void {
  const verdict = db.pragma("quick_check(1)", { simple: true });
  if (verdict === "ok") return;
  throw damaged(path, String(verdict));
}

/** The numbered SQL files, in order: `[1, "0001-foundation.sql"], …`. */
function migrations(): [number, string][] {
  return readdirSync(migrationsDirectory)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => [Number(file.slice(0, 4)), file]);
}

function migrate(db: Database, path: string): void {
  const current = db.pragma("user_version", { simple: true }) as number;
  const pending = migrations();
  const newest = pending.at(-1)?.[0] ?? 0;
  if (current > newest) {
    const message = `the database ${path} has schema ${current}, this Heddle knows ${newest}; upgrade Heddle`;
    throw new DaemonError("conflict", message);
  }
  if (current === newest) return;
  const backup = current > 0 ? `${path}.before-${newest}` : undefined;
  if (backup) {
    rmSync(backup, { force: true });
    db.prepare("VACUUM INTO ?").run(backup);
  }
  db.transaction(() => {
    for (const [version, file] of pending) {
      if (version <= current) continue;
      db.exec(readFileSync(join(migrationsDirectory, file), "utf8"));
      db.pragma(`user_version = ${version}`);
    }
  }).immediate();
}
