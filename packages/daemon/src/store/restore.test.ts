import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId, ProjectId, Task, TaskId } from "@heddle/protocol";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listBackups, makeBackup, toKeep } from "./backups.ts";
import { markDamage, openStore, type StorePlaces, storePlaces } from "./restore.ts";
import { runInWorker } from "./run-in-worker.ts";
import { Store } from "./store.ts";

let places: StorePlaces;
beforeEach(() => {
  places = storePlaces(mkdtempSync(join(tmpdir(), "heddle-restore-")));
});
afterEach(() => rmSync(join(places.database, ".."), { recursive: true }));

const noon = Date.UTC(2026, 0, 1, 12);

/** Opens the database as a daemon does, stores a task and stops cleanly. */
function add(title: string): void {
  change((store) => store.tasks.put(task(title)));
}

function change<T>(work: (store: Store) => T, now = noon): T {
  const { db } = openStore(places, now);
  try {
    return work(new Store(db));
  } finally {
    db.close();
  }
}

function titles(now = noon): string[] {
  return change((store) => store.tasks.where({}).map(({ title }) => title), now);
}

function backUp(at = noon): void {
  makeBackup({ database: places.database, directory: places.backups, at });
}

function task(title: string): Task {
  const times = { createdAt: 1, updatedAt: 1 };
  const ids = { id: newId(TaskId), projectId: newId(ProjectId) };
  return Task.parse({ ...ids, title, state: "open", source: "user", dependsOn: [], ...times });
}

const rubbish = "this is no database at all ".repeat(500);

describe("a damaged database", () => {
  test("is put aside, and the last backup takes its place and knows it", () => {
    add("kept");
    backUp(noon - 3_600_000);
    add("lost");
    writeFileSync(places.database, rubbish);
    expect(titles()).toEqual(["kept"]);
    const restoration = change((store) => store.restorations.unread(0));
    expect(restoration).toMatchObject({
      at: noon,
      damage: "file is not a database",
      backupAt: noon - 3_600_000,
      lostUntil: expect.any(Number),
    });
    const kept = join(restoration?.quarantine ?? "", "heddle.db");
    expect(readFileSync(kept, "utf8")).toBe(rubbish);
  });

  test("without a backup is refused and left as it is, with what to do", () => {
    writeFileSync(places.database, rubbish);
    const advice = /is damaged \(file is not a database\).* move \S+ away to start afresh/;
    expect(() => openStore(places, noon)).toThrow(advice);
    expect(readFileSync(places.database, "utf8")).toBe(rubbish);
  });

  test("is restored from an older backup where the last one is damaged, too", () => {
    add("one");
    backUp();
    add("two");
    backUp();
    writeFileSync(listBackups(places.backups).at(-1)?.path ?? "", rubbish);
    writeFileSync(places.database, rubbish);
    expect(titles()).toEqual(["one"]);
  });

  test.each(["missing", "empty"])("that is %s is restored, and never begun afresh", (what) => {
    add("kept");
    backUp();
    rmSync(places.database);
    if (what === "empty") writeFileSync(places.database, "");
    expect(titles()).toEqual(["kept"]);
  });

  test("of which a kill has left only the log is restored without that log", () => {
    add("kept");
    backUp();
    rmSync(places.database);
    writeFileSync(`${places.database}-wal`, "somebody else's");
    expect(titles()).toEqual(["kept"]);
  });

  test("that is missing while there are worktrees is refused", () => {
    mkdirSync(join(places.worktrees, "prj", "work"), { recursive: true });
    expect(() => openStore(places, noon)).toThrow(/is damaged \(it is missing\)/);
    expect(existsSync(places.database)).toBe(false);
  });
});

describe("a mark that the running daemon has left", () => {
  test("is taken away where the whole file proves to be sound", () => {
    add("kept");
    backUp();
    add("kept, too");
    markDamage(places, "a bit flipped in memory");
    expect(titles()).toEqual(["kept", "kept, too"]);
    expect(existsSync(places.damageMark)).toBe(false);
  });

  test("finds damage that a quick check does not see", () => {
    add("kept");
    backUp();
    changeBesideIndex();
    expect(change((store) => store.restorations.unread(0))).toBeUndefined();
    markDamage(places, "an index is wrong");
    expect(change((store) => store.restorations.unread(0))?.damage).toMatch(/index/);
  });
});

describe("backups", () => {
  test("are made in a worker beside what is written", async () => {
    add("before");
    const { db } = openStore(places, noon);
    const { database, backups: directory } = places;
    const working = runInWorker({ type: "backup", database, directory, at: noon });
    new Store(db).tasks.put(task("meanwhile"));
    expect(await working).toMatchObject({ type: "done", backup: { at: noon, number: 1 } });
    db.close();
    expect(titles()).toEqual(["before", "meanwhile"]);
  });

  test("of a damaged database are not made; the damage is reported", async () => {
    writeFileSync(places.database, rubbish);
    const { database, backups: directory } = places;
    const done = await runInWorker({ type: "backup", database, directory, at: noon });
    expect(done).toEqual({ type: "damaged", damage: "file is not a database" });
    expect(listBackups(directory)).toEqual([]);
  });

  test("are in the order in which they were made, also after the clock was turned back", () => {
    add("one");
    backUp(noon);
    backUp(noon - 86_400_000);
    const made = listBackups(places.backups).map(({ number, at }) => [number, at]);
    expect(made).toEqual([
      [1, noon],
      [2, noon - 86_400_000],
    ]);
  });

  test("are kept by the hour for a day, by the day for a week, and by size", () => {
    const hours = Array.from({ length: 24 * 20 }, (_, hour) => ({
      path: String(hour),
      number: hour,
      at: noon + hour * 3_600_000,
    }));
    const kept = toKeep(hours, () => 1).map(Number);
    const last = 24 * 20 - 1;
    expect(kept.slice(0, 24)).toEqual(Array.from({ length: 24 }, (_, back) => last - back));
    expect(kept.slice(24)).toEqual([455, 443, 419, 395, 371, 347, 323]);
    expect(toKeep(hours, () => 2 * 1024 ** 3)).toHaveLength(3);
  });
});

/** Changes a row behind an index's back, of which only a check of the whole file tells. */
function changeBesideIndex(): void {
  const index = withSchema((db) => {
    const named = db.prepare("SELECT * FROM sqlite_schema WHERE name = 'task_by_project'").get();
    db.exec("DELETE FROM sqlite_schema WHERE name = 'task_by_project'");
    return named;
  });
  withSchema((db) => {
    db.exec(`UPDATE task SET body = json_set(body, '$.state', 'done')`);
    db.prepare("INSERT INTO sqlite_schema VALUES (:type, :name, :tbl_name, :rootpage, :sql)").run(
      index,
    );
  });
}

/** SQLite reads its schema once for each connection. */
function withSchema<T>(work: (db: BetterSqlite3.Database) => T): T {
  const db = new BetterSqlite3(places.database);
  try {
    db.unsafeMode(true).pragma("writable_schema = ON");
    return work(db);
  } finally {
    db.close();
  }
}
