import {
  constants,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DaemonError, type Restoration } from "@heddle/protocol";
import { publishFile, replaceFile } from "../os/durable-files.ts";
import { type Backup, listBackups } from "./backups.ts";
import {
  cannotOpen,
  type Database,
  findDamage,
  isDamage,
  isStorageFault,
  openDatabase,
  readSchema,
  sizeOf,
} from "./database.ts";
import { RestorationTable } from "./restoration-table.ts";

/** Where the database lies, and what belongs to it. */
export interface StorePlaces {
  readonly database: string;
  readonly backups: string;
  readonly quarantine: string;
  /** There once the running daemon has found damage; the next one then looks at everything. */
  readonly damageMark: string;
  /** What an empty database would orphan. */
  readonly worktrees: string;
}

export interface OpenedStore {
  readonly db: Database;
  readonly restoration: Restoration | undefined;
  /** The file is too large to be checked before the daemon answers. */
  readonly checkLater: boolean;
}

/** Up to this size a check takes 20 ms; after an unclean stop a wait of 120 ms is worth it. */
const checkedFirstBytes = 16 * 1024 ** 2;
const checkedFirstAfterCrashBytes = 100 * 1024 ** 2;

export function storePlaces(state: string): StorePlaces {
  return {
    database: join(state, "heddle.db"),
    backups: join(state, "backups"),
    quarantine: join(state, "quarantine"),
    damageMark: join(state, "damaged"),
    worktrees: join(state, "worktrees"),
  };
}

/**
 * Opens the database. A damaged, emptied or missing one is put aside, and the last backup takes its
 * place. Throws `storageDamaged`, with nothing changed, where there is no sound backup.
 */
export function openStore(places: StorePlaces, now: number): OpenedStore {
  try {
    for (const file of filesOf(draftOf(places))) rmSync(file, { force: true });
    return openOrRestore(places, now);
  } catch (error) {
    throw isStorageFault(error) ? cannotOpen(places.database, error) : error;
  }
}

function openOrRestore(places: StorePlaces, now: number): OpenedStore {
  const depth = depthOfCheck(places);
  const damage = damageOf(places, depth);
  if (damage !== undefined) return restore(places, damage, now);
  try {
    const db = openDatabase(places.database);
    return { db, restoration: undefined, checkLater: depth === "header" };
  } catch (error) {
    if (isDamage(error)) return restore(places, error.message, now);
    throw error;
  }
}

/** Makes the next daemon look at the whole file, and restore it if that is bad. */
export function markDamage({ damageMark }: StorePlaces, damage: string): void {
  try {
    replaceFile(damageMark, damage);
  } catch (error) {
    if (!isStorageFault(error)) throw error;
  }
}

function depthOfCheck({ database, damageMark }: StorePlaces): "whole" | "quick" | "header" {
  if (sizeOf(damageMark) > 0) return "whole";
  const crashed = sizeOf(`${database}-wal`) > 0;
  return sizeOf(database) < (crashed ? checkedFirstAfterCrashBytes : checkedFirstBytes)
    ? "quick"
    : "header";
}

function damageOf(places: StorePlaces, depth: ReturnType<typeof depthOfCheck>): string | undefined {
  const { database, damageMark } = places;
  const empty = emptiness(database);
  if (empty !== undefined) return wasInUse(places) ? empty : undefined;
  const damage = findDamage(database, depth);
  if (damage === undefined) rmSync(damageMark, { force: true });
  return damage;
}

/** SQLite takes an empty file for a new database, and throws its log away. */
function emptiness(database: string): string | undefined {
  if (sizeOf(database) === 0) {
    return statSync(database, { throwIfNoEntry: false }) ? "it is empty" : "it is missing";
  }
  try {
    return readSchema(database) === 0 ? "it has no tables" : undefined;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function wasInUse({ backups, worktrees }: StorePlaces): boolean {
  return listBackups(backups).length > 0 || hasWorktrees(worktrees);
}

function hasWorktrees(root: string): boolean {
  return foldersIn(root).some((project) => foldersIn(join(root, project)).length > 0);
}

function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/**
 * The new file is complete, the note of its restoration included, before the old one is moved: killed
 * at any moment, the next start finds a damaged or missing database and does all of this again.
 */
function restore(places: StorePlaces, damage: string, now: number): OpenedStore {
  const { database, damageMark } = places;
  const backup = lastSound(places.backups);
  if (backup === undefined) throw withoutBackup(places, damage);
  const lostUntil = Math.max(backup.at, ...filesOf(database).map(modifiedAt));
  const quarantine = quarantineOf(places, now);
  const restoration = { at: now, damage, backupAt: backup.at, lostUntil, quarantine };
  const draft = draftOf(places);
  copyFileSync(backup.path, draft, constants.COPYFILE_FICLONE);
  noteIn(draft, restoration);
  putAside(database, quarantine);
  rmSync(damageMark, { force: true });
  publishFile(draft, database);
  return { db: openDatabase(database), restoration, checkLater: false };
}

/** The newest backup that is sound; they were when they were made. */
function lastSound(directory: string): Backup | undefined {
  return listBackups(directory).findLast(({ path }) => findDamage(path, "quick") === undefined);
}

function noteIn(path: string, restoration: Restoration): void {
  const db = openDatabase(path);
  try {
    new RestorationTable(db).add(restoration);
  } finally {
    db.close();
  }
}

/** The file first: without it, what was not moved yet is of no use to anybody. */
function putAside(database: string, quarantine: string | null): void {
  if (quarantine === null) return;
  mkdirSync(quarantine, { recursive: true, mode: 0o700 });
  for (const file of filesOf(database)) renameSync(file, join(quarantine, basename(file)));
}

function quarantineOf({ database, quarantine }: StorePlaces, now: number): string | null {
  if (filesOf(database).length === 0) return null;
  return join(quarantine, new Date(now).toISOString().replaceAll(":", "-"));
}

/** The database and its logs, as far as they exist. */
function filesOf(database: string): string[] {
  const files = ["", "-wal", "-shm"].map((ending) => `${database}${ending}`);
  return files.filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
}

function modifiedAt(file: string): number {
  return Math.floor(statSync(file).mtimeMs);
}

function draftOf({ database }: StorePlaces): string {
  return `${database}.restoring`;
}

function withoutBackup({ database, backups }: StorePlaces, damage: string): DaemonError {
  const state = dirname(database);
  const message =
    `the database ${database} is damaged (${damage}), and ${backups} holds no sound backup; ` +
    `put a sound copy in its place, or move ${state} away to start afresh`;
  return new DaemonError("storageDamaged", message, { path: database, damage });
}
