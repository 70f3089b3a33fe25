import { mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { publishFile } from "../os/durable-files.ts";
import { findDamage, readOnly, readSchema, sizeOf } from "./database.ts";

/** A verified copy of the database. */
export interface Backup {
  readonly path: string;
  /** Counts up; the order of backups holds also where the clock was turned back. */
  readonly number: number;
  /** When it was made, in Unix milliseconds. */
  readonly at: number;
}

export interface BackupRequest {
  readonly database: string;
  readonly directory: string;
  readonly at: number;
}

/** So many are kept of those made last, and one each of so many days before. */
const keptLast = 24;
const keptDays = 7;
/** Above it, only so many are kept: a large database is not kept thirty times. */
const keptBytes = 4 * 1024 ** 3;
const keptAtLeast = 3;
/** What a backup leaves free on the disk. */
const spareBytes = 64 * 1024 ** 2;

/** What a daemon that was killed left of a backup; anything else that lies there is the user's. */
const draftName = /^heddle-\d{6}-\d{8}T\d{6}Z\.db\.part(?:-\w+)?$/;
const name = /^heddle-(\d{6})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;

/** The backups in a directory, oldest first. Whatever has such a name was verified. */
export function listBackups(directory: string): Backup[] {
  return entriesOf(directory).flatMap((file) => {
    const [, number, year, month, day, hour, minute, second] = name.exec(file) ?? [];
    if (number === undefined) return [];
    const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return [{ path: join(directory, file), number: Number(number), at }];
  });
}

/**
 * Copies the database as it is now, checks the copy and keeps it; then removes what is no longer to
 * be kept. Blocks for as long as that takes, so call it in a worker. Throws what SQLite throws where
 * the database itself is damaged, `storageFull` where the copy would take the last space.
 */
export function makeBackup({ database, directory, at }: BackupRequest): Backup {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const file of entriesOf(directory)) {
    if (draftName.test(file)) rmSync(join(directory, file), { force: true });
  }
  refuseWithoutSpace(database, directory);
  const number = (listBackups(directory).at(-1)?.number ?? 0) + 1;
  const path = join(directory, nameOf(number, at));
  const draft = `${path}.part`;
  try {
    readOnly(database, (db) => db.prepare("VACUUM INTO ?").run(draft));
    verify(draft, readSchema(database));
    publishFile(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  prune(directory);
  return { path, number, at };
}

function nameOf(number: number, at: number): string {
  const time = new Date(at).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `heddle-${String(number).padStart(6, "0")}-${time}.db`;
}

function refuseWithoutSpace(database: string, directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  const needed = sizeOf(database) + sizeOf(`${database}-wal`) + spareBytes;
  if (bavail * bsize >= needed) return;
  const megabytes = Math.ceil(needed / 1024 ** 2);
  const message = `a backup needs ${megabytes} MiB free at ${directory}; free some space`;
  throw new DaemonError("storageFull", message, { directory, needed });
}

function verify(copy: string, schema: number): void {
  const damage = findDamage(copy, "quick") ?? schemaDiffers(copy, schema);
  if (damage !== undefined) throw new Error(`the copy ${copy} is not sound: ${damage}`);
}

function schemaDiffers(copy: string, schema: number): string | undefined {
  const found = readSchema(copy);
  return found === schema ? undefined : `its schema is ${found} instead of ${schema}`;
}

function prune(directory: string): void {
  const kept = new Set(toKeep(listBackups(directory)));
  for (const backup of listBackups(directory)) {
    if (!kept.has(backup.path)) rmSync(backup.path, { force: true });
  }
}

/** The last ones, and of each of the days before the last one, as far as there is room for them. */
export function toKeep(backups: readonly Backup[], size = sizeOf): string[] {
  const newestFirst = backups.toReversed();
  const days = new Map<string, Backup>();
  for (const backup of newestFirst.slice(keptLast)) {
    const day = new Date(backup.at).toISOString().slice(0, 10);
    if (!days.has(day)) days.set(day, backup);
  }
  const chosen = [...newestFirst.slice(0, keptLast), ...[...days.values()].slice(0, keptDays)];
  let bytes = 0;
  return chosen
    .map(({ path }) => path)
    .filter((path, index) => {
      bytes += size(path);
      return index < keptAtLeast || bytes <= keptBytes;
    });
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
