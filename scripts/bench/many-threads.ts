import { mkdirSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3, { type Database } from "better-sqlite3";

/** The column by which each table knows its thread; a task is known by its own id. */
const rowsOf = {
  task: "id",
  thread: "id",
  turn: "thread_id",
  item: "thread_id",
  history: "thread_id",
  thread_event: "thread_id",
};
const anId = /\b(thr|tsk|turn|item)_[0-9a-f-]{24}([0-9a-f]{12})\b/g;

const original = `SELECT id, task_id AS task, body ->> 'worktree' AS worktree
  FROM thread ORDER BY id DESC LIMIT 1`;

interface Original {
  readonly id: string;
  readonly task: string;
  readonly worktree: string;
}

/**
 * Copies the last thread of a stopped daemon's database so many times, with its task, turns, items,
 * history and log; each copy has a worktree folder of its own. The same database makes the same ids.
 */
export function multiplyThread(state: string, copies: number): void {
  const db = new BetterSqlite3(join(state, "heddle.db"));
  const { id, task, worktree } = db.prepare<[], Original>(original).get() ?? missing();
  const rows = Object.entries(rowsOf).map(([table, where]) => ({
    table,
    rows: db.prepare(`SELECT * FROM ${table} WHERE ${where} = ?`).all(table === "task" ? task : id),
  }));
  db.transaction(() => {
    for (let copy = 1; copy <= copies; copy += 1) {
      mkdirSync(`${worktree}-${copy}`);
      const change = (text: string) =>
        text
          .replace(anId, (id, _, tail) => id.slice(0, -12) + renumbered(tail, copy))
          .replaceAll(worktree, `${worktree}-${copy}`);
      for (const { table, rows: originals } of rows) insert(db, table, originals, change);
    }
  })();
  db.close();
}

/** What grows with a thread, and the column that orders it, if its id does not. */
const growing = { turn: undefined, item: undefined, thread_event: "seq", history: "position" };
const anInnerId = /\b(?:turn|item)_[0-9a-f-]{24}([0-9a-f]{12})\b/g;
/** Ids of the same millisecond are next to each other: a copy's are far from all of them. */
const farApart = 2 ** 24;

/** Makes a thread of a stopped daemon so many times as long, by copies of all that is in it. */
export function lengthenThread(state: string, threadId: string, times: number): void {
  const db = new BetterSqlite3(join(state, "heddle.db"));
  const tables = Object.entries(growing).map(([table, order]) => {
    const rows = db.prepare(`SELECT * FROM ${table} WHERE thread_id = ?`).all(threadId);
    return { table, order, rows: rows as Record<string, unknown>[] };
  });
  db.transaction(() => {
    for (let copy = 1; copy < times; copy += 1) {
      const change = (text: string) =>
        text.replace(anInnerId, (id, tail) => id.slice(0, -12) + renumbered(tail, copy * farApart));
      for (const { table, order, rows } of tables) {
        const later = (row: Record<string, unknown>) =>
          order ? { ...row, [order]: Number(row[order]) + copy * rows.length } : row;
        insert(db, table, rows.map(later), change);
      }
    }
  })();
  db.close();
}

function missing(): never {
  throw new Error("there is no thread to be copied");
}

function renumbered(tail: string, copy: number): string {
  return ((Number.parseInt(tail, 16) + copy) % 2 ** 48).toString(16).padStart(12, "0");
}

function insert(
  db: Database,
  table: string,
  originals: readonly unknown[],
  change: (text: string) => string,
): void {
  const columns = db.pragma(`table_info(${table})`) as { name: string }[];
  const names = columns.map(({ name }) => name);
  const places = names.map(() => "?").join(", ");
  const add = db.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places})`);
  for (const original of originals as Record<string, unknown>[]) {
    add.run(
      names.map((name) => {
        const value = original[name];
        return typeof value === "string" ? change(value) : value;
      }),
    );
  }
}
