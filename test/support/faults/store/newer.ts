import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { Fault } from "../fault.ts";

export const newerSchema: Fault = {
  name: "a database of a newer Heddle",
  promise: "it is refused, and left byte for byte as it is",
  count: 10,
  shortCount: 1,
  run: async ({ count, random }) => {
    const figures = { starts: count, afterKill: 0 };
    const broken: string[] = [];
    await using daemon = await startTestDaemon();
    await daemon.kill9();
    for (let start = 0; start < count; start += 1) {
      const schema = 1000 + Math.floor(random() * 1000);
      // Killed before it could bring its log into the file, or stopped.
      const killed = start % 2 === 0;
      figures.afterKill += Number(killed);
      writeNewer(daemon, { schema, killed });
      const before = filesOf(daemon);
      const { code, stderr } = await daemon.another().exited;
      const refused = code !== 0 && stderr.includes(`has schema ${schema}`);
      if (!refused) broken.push(`start ${start} ended with ${code}: ${stderr}`);
      if (!/upgrade Heddle\n$/.test(stderr)) broken.push(`start ${start} said: ${stderr}`);
      const after = filesOf(daemon);
      if (!after.every((file, at) => file.equals(before[at] ?? Buffer.alloc(0)))) {
        broken.push(`start ${start} changed the files of schema ${schema}`);
      }
    }
    return { figures, broken };
  },
};

/** What a newer version wrote; where it was killed, a part of it is only in the log. */
function writeNewer(
  { paths, root }: TestDaemon,
  { schema, killed }: { schema: number; killed: boolean },
): void {
  const path = join(paths.state, "heddle.db");
  const db = new BetterSqlite3(path);
  db.pragma("journal_mode = WAL");
  db.exec("CREATE TABLE IF NOT EXISTS newer (value TEXT); INSERT INTO newer VALUES ('kept')");
  db.pragma(`user_version = ${schema}`);
  const files = [path, `${path}-wal`];
  const copies = files.map((_, at) => join(root, `newer ${at}`));
  if (killed) files.forEach((file, at) => void copyFileSync(file, copies[at] ?? ""));
  db.close();
  if (killed) files.forEach((file, at) => void copyFileSync(copies[at] ?? "", file));
}

function filesOf({ paths }: TestDaemon): Buffer[] {
  const path = join(paths.state, "heddle.db");
  return [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
}
