import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { openDatabase } from "../../../../packages/daemon/src/store/database.ts";
import { temporaryDirectory } from "../../repository.ts";
import type { Fault } from "../fault.ts";

const migrate = fileURLToPath(new URL("migrate-process.ts", import.meta.url));
const own = fileURLToPath(new URL("../../../../packages/daemon/migrations", import.meta.url));
const rows = 30_000;
/** Every row is rewritten, the table gets a column and an index: enough to be killed in. */
const second = `
  UPDATE mutation SET method = 'new';
  ALTER TABLE mutation ADD COLUMN added TEXT NOT NULL DEFAULT 'added';
  CREATE INDEX mutation_by_method ON mutation (method);
  UPDATE mutation SET params_hash = 'new';
`;

export const migrationKilled: Fault = {
  name: "a migration that is killed",
  promise: "the next start finds the old schema or the new one, never something between",
  count: 50,
  shortCount: 2,
  run: async ({ count, random }) => {
    const directory = temporaryDirectory("migration");
    const figures = { kills: 0, old: 0, new: 0 };
    const broken: string[] = [];
    try {
      const original = join(directory, "original.db");
      makeOld(original);
      const migrations = makeMigrations(directory);
      const wholeMs = await timeOf(original, join(directory, "timed.db"), migrations);
      for (let kill = 0; kill < count; kill += 1) {
        const path = join(directory, `${kill}.db`);
        cpSync(original, path);
        const afterMs = random() * wholeMs * 1.1;
        if (await killed(path, migrations, afterMs)) figures.kills += 1;
        const found = whatIsIn(path);
        if (found === "old" || found === "new") figures[found] += 1;
        else broken.push(`kill ${kill} after ${Math.round(afterMs)} ms: ${found}`);
        openDatabase(path, { migrations }).close();
        if (whatIsIn(path) !== "new") broken.push(`kill ${kill}: the next start did not migrate`);
        rmSync(path);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
    return { figures, broken };
  },
};

function makeOld(path: string): void {
  const db = openDatabase(path);
  const insert = db.prepare("INSERT INTO mutation VALUES (?, 'old', 'old', '{}', '{}', 1)");
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) insert.run(`key ${row}`);
  })();
  db.close();
}

function makeMigrations(directory: string): string {
  const migrations = join(directory, "migrations");
  mkdirSync(migrations);
  cpSync(own, migrations, { recursive: true });
  writeFileSync(join(migrations, "9999-second.sql"), second);
  return migrations;
}

/** How long the migration takes here when nobody kills it. */
async function timeOf(original: string, path: string, migrations: string): Promise<number> {
  cpSync(original, path);
  const migrating = await start(path, migrations);
  const startedAt = performance.now();
  await once(migrating, "exit");
  return performance.now() - startedAt;
}

/** Whether it was killed before it had ended. */
async function killed(path: string, migrations: string, afterMs: number): Promise<boolean> {
  const migrating = await start(path, migrations);
  const exited = once(migrating, "exit");
  await Promise.race([delay(afterMs), exited]);
  migrating.kill("SIGKILL");
  const [, signal] = await exited;
  return signal === "SIGKILL";
}

/** A process that is about to migrate. */
async function start(path: string, migrations: string) {
  const args = ["--conditions=@heddle/source", migrate, path, migrations];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

/** The state of a database as any program finds it. */
function whatIsIn(path: string): string {
  const db = new BetterSqlite3(path);
  try {
    const count = (where: string) =>
      db.prepare<[], number>(`SELECT count(*) FROM mutation WHERE ${where}`).pluck().get();
    if (db.pragma("integrity_check", { simple: true }) !== "ok") return "a damaged database";
    const schema = db.pragma("user_version", { simple: true });
    if (schema !== 9999) {
      const all = count("method = 'old' AND params_hash = 'old'");
      return all === rows ? "old" : `schema ${schema} with ${all} old rows`;
    }
    const all = count("method = 'new' AND params_hash = 'new' AND added = 'added'");
    return all === rows ? "new" : `schema ${schema} with ${all} new rows`;
  } catch (error) {
    return String(error);
  } finally {
    db.close();
  }
}
