import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DaemonError, newId, ProjectId, Task, TaskId, ThreadId } from "@heddle/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "./database.ts";
import { DocumentTable } from "./document-table.ts";
import { acquireLock } from "./lock.ts";
import { MutationTable } from "./mutation-table.ts";
import { Store } from "./store.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-store-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function task(title: string, projectId = newId(ProjectId)): Task {
  return Task.parse({
    id: newId(TaskId),
    projectId,
    title,
    state: "open",
    source: "user",
    dependsOn: [],
    createdAt: 1,
    updatedAt: 1,
  });
}

describe("a database", () => {
  test("keeps what was committed when it is opened again", () => {
    const path = join(directory, "heddle.db");
    const row = task("survive");
    const first = openDatabase(path);
    new Store(first).tasks.put(row);
    first.close();
    using second = closing(openDatabase(path));
    expect(new Store(second.db).tasks.find(row.id)).toEqual(row);
  });

  test("of a newer schema is refused and left as it is", () => {
    const path = join(directory, "heddle.db");
    const db = openDatabase(path);
    db.pragma("user_version = 999");
    db.close();
    expect(() => openDatabase(path)).toThrow(/has schema 999, this Heddle knows 1; upgrade/);
  });

  test("that is damaged is refused", () => {
    const path = join(directory, "heddle.db");
    writeFileSync(path, "this is no database at all ".repeat(500));
    expect(() => openDatabase(path)).toThrow(/is damaged \(file is not a database\); move it away/);
  });

  test("acknowledges only what has reached the disk", () => {
    using opened = closing(openDatabase(join(directory, "heddle.db")));
    expect(opened.db.pragma("synchronous", { simple: true })).toBe(2);
    expect(opened.db.pragma("journal_mode", { simple: true })).toBe("wal");
  });
});

test("a second daemon is refused with the first one's pid until that one has ended", () => {
  const path = join(directory, "lock.db");
  const first = acquireLock(path);
  const refused = () => acquireLock(path);
  expect(refused).toThrow(DaemonError);
  expect(refused).toThrow(`another daemon is running (pid ${process.pid})`);
  first[Symbol.dispose]();
  using _again = acquireLock(path);
});

test("pages of a table follow one another without gap or overlap in both directions", () => {
  using opened = closing(openDatabase(":memory:"));
  const table = new DocumentTable<Task, "project_id">(opened.db, "task", Task);
  const projectId = newId(ProjectId);
  const rows = ["a", "b", "c", "d", "e"].map((title) => task(title, projectId));
  for (const row of [...rows, task("of another project")]) table.put(row);
  for (const order of ["oldest", "newest"] as const) {
    const titles: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = table.page({ project_id: projectId }, { cursor, limit: 2 }, order);
      titles.push(...page.data.map(({ title }) => title));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(titles.join("")).toBe(order === "oldest" ? "abcde" : "edcba");
  }
});

test("a transaction that throws leaves nothing behind", () => {
  using opened = closing(openDatabase(":memory:"));
  const store = new Store(opened.db);
  const row = task("never");
  const write = () =>
    store.transaction(() => {
      store.tasks.put(row);
      throw new Error("on second thoughts");
    });
  expect(write).toThrow("on second thoughts");
  expect(store.tasks.find(row.id)).toBeUndefined();
});

test("the event log of each thread counts by itself, from 1 and without gaps", () => {
  using opened = closing(openDatabase(":memory:"));
  const { events } = new Store(opened.db);
  const [one, two] = [newId(ThreadId), newId(ThreadId)];
  const actor = { name: "test", kind: "script" } as const;
  const event = { type: "turnsUndone", turnIds: [] } as const;
  const append = (id: ThreadId) => events.append(id, { ...event, turnIds: [] }, actor, 1);
  expect([append(one), append(one), append(two), append(one)]).toEqual([1, 2, 1, 3]);
  expect(events.read(one, 1).events.map(({ seq }) => seq)).toEqual([2, 3]);
});

test("a key that comes back with another call is a conflict", () => {
  using opened = closing(openDatabase(":memory:"));
  const mutations = new MutationTable(opened.db);
  const call = { key: "k", method: "task/create", paramsHash: "1" };
  mutations.add(call, { id: 7 }, { name: "t", kind: "script" }, Date.now());
  expect(mutations.find(call)).toEqual({ result: { id: 7 } });
  expect(() => mutations.find({ ...call, paramsHash: "2" })).toThrow(/used for another call/);
});

function closing(db: ReturnType<typeof openDatabase>) {
  return { db, [Symbol.dispose]: () => void db.close() };
}
