import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DaemonError } from "@heddle/protocol";
import type { Database } from "better-sqlite3";

export const ownMigrations = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Refuses a schema that this Heddle does not know. */
export function refuseNewer(path: string, schema: number, migrations: string): void {
  const newest = newestOf(migrations);
  if (schema <= newest) return;
  const message = `the database ${path} has schema ${schema}, this Heddle knows ${newest}; upgrade Heddle`;
  throw new DaemonError("conflict", message, { path, schema, newest });
}

/**
 * Brings a database to the newest schema in one transaction, after a copy of it was kept beside it.
 * Killed at any moment, the next start finds the old schema or the new one.
 */
export function migrate(db: Database, path: string, migrations: string): void {
  const current = db.pragma("user_version", { simple: true }) as number;
  refuseNewer(path, current, migrations);
  const newest = newestOf(migrations);
  if (current === newest) return;
  if (current > 0) keepCopy(db, `${path}.before-${newest}`);
  db.transaction(() => {
    for (const [version, file] of numbered(migrations)) {
      if (version <= current) continue;
      db.exec(readFileSync(join(migrations, file), "utf8"));
      db.pragma(`user_version = ${version}`);
    }
  }).immediate();
}

function keepCopy(db: Database, copy: string): void {
  rmSync(copy, { force: true });
  db.prepare("VACUUM INTO ?").run(copy);
}

function newestOf(migrations: string): number {
  return numbered(migrations).at(-1)?.[0] ?? 0;
}

/** The numbered SQL files, in order: `[1, "0001-foundation.sql"], …`. */
function numbered(migrations: string): [number, string][] {
  return readdirSync(migrations)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => [Number(file.slice(0, 4)), file]);
}
