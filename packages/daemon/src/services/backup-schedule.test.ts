import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listBackups } from "../store/backups.ts";
import { openDatabase } from "../store/database.ts";
import { BackupSchedule } from "./backup-schedule.ts";

const hour = 3_600_000;

let directory: string;
let now: number;
let changes: number;
let damage: string[];
const said = new EventEmitter();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-schedule-"));
  openDatabase(join(directory, "heddle.db")).close();
  [now, changes, damage] = [Date.UTC(2026, 0, 1), 1, []];
});
afterEach(() => rmSync(directory, { recursive: true }));

function schedule(everyMs: number): BackupSchedule {
  return new BackupSchedule({
    places: { database: join(directory, "heddle.db"), backups: join(directory, "backups") },
    clock: () => now,
    everyMs,
    changes: () => changes,
    damageFound: (found) => void damage.push(found),
    log: {
      info: (message) => void said.emit(message),
      error: (message) => void said.emit(message),
    },
  });
}

const made = () => listBackups(join(directory, "backups")).length;

describe("backups", () => {
  test("are made again and again while something changes, beside everything else", async () => {
    await using backups = schedule(10);
    backups.begin({ check: false });
    await once(said, "backed up");
    expect(backups.status()).toEqual({ lastBackupAt: now, backupFailure: null });
    changes += 1;
    await once(said, "backed up");
    expect(made()).toBe(2);
  });

  test("are made at the stop where the last one is old and something has changed since", async () => {
    const backups = schedule(hour);
    backups.begin({ check: false });
    await backups[Symbol.asyncDispose]();
    expect(made()).toBe(1);
    const next = schedule(hour);
    now += hour - 1;
    await next[Symbol.asyncDispose]();
    expect(made()).toBe(1);
    const last = schedule(hour);
    now += 1;
    await last[Symbol.asyncDispose]();
    expect(made()).toBe(2);
  });

  test("that fail are said to have failed, until one is made", async () => {
    await using backups = schedule(10);
    writeFileSync(join(directory, "backups"), "in the way");
    backups.begin({ check: false });
    await once(said, "no backup was made");
    expect(backups.status()).toEqual({
      lastBackupAt: null,
      backupFailure: expect.stringContaining("EEXIST"),
    });
    rmSync(join(directory, "backups"));
    await once(said, "backed up");
    expect(backups.status()).toEqual({ lastBackupAt: now, backupFailure: null });
  });

  test("are not made of a damaged database, which is reported", async () => {
    writeFileSync(join(directory, "heddle.db"), "no database ".repeat(1000));
    await schedule(hour)[Symbol.asyncDispose]();
    expect([made(), damage]).toEqual([0, ["file is not a database"]]);
  });
});

test("a file that is too large to be checked at the start is checked beside the work", async () => {
  writeFileSync(join(directory, "heddle.db"), "no database ".repeat(1000));
  const checked = schedule(hour);
  checked.begin({ check: true });
  await checked[Symbol.asyncDispose]();
  expect(damage[0]).toBe("file is not a database");
});
