import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId, ProjectId, Task, TaskId, ThreadId } from "@heddle/protocol";
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
    expect(() => openDatabase(path)).toThrow(/has schema 999, this Heddle knows \d+; upgrade/);
  });

  test("acknowledges only what has reached the disk", () => {
    using opened = closing(openDatabase(join(directory, "heddle.db")));
    expect(opened.db.pragma("synchronous", { simple: true })).toBe(2);
    expect(opened.db.pragma("journal_mode", { simple: true })).toBe("wal");
  });

  test("flushes every commit but those that need not be, and those after them again", () => {
    using opened = closing(openDatabase(join(directory, "heddle.db")));
    const store = new Store(opened.db);
    const mode = () => opened.db.pragma("synchronous", { simple: true });
    expect(store.transaction(mode)).toBe(2);
    expect(store.transaction(mode, { flushed: false })).toBe(1);
    expect(store.transaction(() => store.transaction(mode, { flushed: false }))).toBe(2);
    const fail = () => {
      throw new Error("full");
    };
    expect(() => store.transaction(fail, { flushed: false })).toThrow("full");
    expect(mode()).toBe(2);
  });
});

describe("a second daemon", () => {
  const places = () => ({ lock: join(directory, "lock.db"), holder: join(directory, "d.json") });
  const self = { pid: process.pid, socket: "/run/heddle.sock" };

  test("is refused with the first one's pid and socket until that one has ended", async () => {
    const first = await acquireLock(places(), self);
    await expect(acquireLock(places(), self)).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringContaining(`(pid ${self.pid}, at ${self.socket}); stop it`),
      details: self,
    });
    first[Symbol.dispose]();
    using _again = await acquireLock(places(), self);
  });

  test("hears the winner's name also when that is written only after it has lost", async () => {
    using _first = await acquireLock(places(), self);
    writeFileSync(places().holder, '{"pid": 1');
    const refused = acquireLock(places(), self);
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(places().holder, JSON.stringify(self));
    await expect(refused).rejects.toMatchObject({ details: self });
  });
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

test("calls are forgotten after seven days, but for the last ones: the clock may have jumped", () => {
  using opened = closing(openDatabase(":memory:"));
  const mutations = new MutationTable(opened.db);
  const call = (key: number) => ({ key: String(key), method: "task/create", paramsHash: "1" });
  const known = (key: number) => mutations.find(call(key)) !== undefined;
  const day = 24 * 3_600_000;
  for (let key = 0; key <= 1000; key += 1) {
    mutations.add(call(key), {}, { name: "t", kind: "script" }, 100 * day);
  }
  mutations.prune(106 * day);
  expect([known(0), known(1)]).toEqual([true, true]);
  mutations.prune(5000 * day);
  expect([known(0), known(1)]).toEqual([false, true]);
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
