import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DaemonError } from "@heddle/protocol";
import BetterSqlite3, { type Database } from "better-sqlite3";
import { migrate, ownMigrations, refuseNewer } from "./migrations.ts";

export type { Database, Statement } from "better-sqlite3";

/** How much of a database is looked through: its first page, its structure, or indexes too. */
export type Depth = "header" | "quick" | "whole";

/**
 * Opens the store and brings it to the newest schema. Whatever is committed survives a power cut.
 * A newer schema is refused and left byte for byte as it is.
 */
export function openDatabase(
  path: string,
  { migrations = ownMigrations }: { migrations?: string } = {},
): Database {
  if (path !== ":memory:") {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    refuseNewer(path, readSchema(path), migrations);
  }
  const db = new BetterSqlite3(path);
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    db.pragma("busy_timeout = 5000");
    migrate(db, path, migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What is wrong with a database file, or nothing. Changes nothing in it, nor in its log. */
export function findDamage(path: string, depth: Depth): string | undefined {
  try {
    return readOnly(path, (db) => {
      db.prepare("SELECT count(*) FROM sqlite_schema").get();
      if (depth === "header") return undefined;
      // Having read, this connection keeps the other one from bringing the log into the file.
      const verdict = check(path, depth === "quick" ? "quick_check(1)" : "integrity_check(1)");
      return verdict === "ok" ? undefined : verdict.replaceAll(/\s*\n\s*/g, " ");
    });
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  }
}

/** SQLite knows the CHECKs of a table only where it could write to it. */
function check(path: string, pragma: string): string {
  const db = new BetterSqlite3(path, { fileMustExist: true });
  try {
    db.pragma("query_only = ON");
    return String(db.pragma(pragma, { simple: true }));
  } finally {
    db.close();
  }
}

/** Works on a connection that neither writes nor, when it is closed, brings the log into the file. */
export function readOnly<T>(path: string, work: (db: Database) => T): T {
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** The number of the schema; 0 where there is none yet. */
export function readSchema(path: string): number {
  if (sizeOf(path) === 0) return 0;
  return readOnly(path, (db) => Number(db.pragma("user_version", { simple: true })));
}

/** Whether SQLite found the file's content to be broken. */
export function isDamage(error: unknown): error is Error {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

/** Whether the disk, and not the code, kept something from being stored. */
export function isStorageFault(error: unknown): boolean {
  return /^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|ENOSPC|EROFS|EDQUOT)/.test(codeOf(error));
}

/** A fault of the disk that keeps a file of the daemon's shut, in words. */
export function cannotOpen(path: string, cause: unknown): DaemonError {
  const { message } = cause as Error;
  const advice = "free some space, or mount the file system for writing";
  const text = `${path} cannot be opened for writing (${message}); ${advice}`;
  return new DaemonError("storageFull", text, { path }, { cause });
}

/** 0 for a file that does not exist. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
