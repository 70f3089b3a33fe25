import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ProjectId } from "@heddle/protocol";
import BetterSqlite3 from "better-sqlite3";
import { findDamage, openDatabase } from "../../../../packages/daemon/src/store/database.ts";
import { temporaryDirectory } from "../../repository.ts";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { Fault } from "../fault.ts";
import { type WalFrame, walFrames } from "./wal.ts";

const cutsASnapshot = 5;
const pageBytes = 4096;

/** The files of a database as a daemon had them at one moment, and what it had acknowledged by then. */
interface Snapshot {
  readonly database: Buffer;
  readonly wal: Buffer;
  readonly acknowledged: readonly string[];
}

export const powerCut: Fault = {
  name: "a power cut",
  promise: "whatever was acknowledged is there, and the database is sound",
  count: 200,
  shortCount: 10,
  run: async ({ count, random }) => {
    const figures = { cuts: 0, acknowledged: 0, lost: 0, corrupt: 0 };
    const broken: string[] = [];
    const directory = temporaryDirectory("power");
    await using daemon = await startTestDaemon();
    const { project, thread: begin } = await daemon.project();
    await using thread = await begin();
    const acknowledged: string[] = [];
    const stop = new AbortController();
    const writing = [0, 1, 2].map(() => write(daemon, project.id, acknowledged, stop.signal));
    // Its text is saved without an acknowledgement, between those that have one.
    const streaming = thread.send(`[[say n=100000 rate=2000]]`);
    try {
      while (figures.cuts < count) {
        await delay(random() * 150);
        const snapshot = await snapshotOf(daemon, acknowledged);
        for (let cut = 0; cut < cutsASnapshot && figures.cuts < count; cut += 1) {
          figures.cuts += 1;
          const found = judge(snapshot, cutBy(snapshot, random), directory);
          figures.lost += found.lost;
          if (found.damage !== undefined) figures.corrupt += 1;
          broken.push(...found.broken.map((what) => `cut ${figures.cuts}: ${what}`));
        }
      }
    } finally {
      stop.abort();
      await Promise.all([...writing, streaming]);
      rmSync(directory, { recursive: true, force: true });
    }
    figures.acknowledged = acknowledged.length;
    return { figures, broken };
  },
};

async function write(
  daemon: TestDaemon,
  projectId: ProjectId,
  acknowledged: string[],
  signal: AbortSignal,
): Promise<void> {
  using client = await daemon.connect("writer");
  for (let count = 0; !signal.aborted; count += 1) {
    const { id } = await client.call("task/create", { projectId, title: `task ${count}` });
    acknowledged.push(id);
  }
}

/** Takes the files while the daemon stands still, wherever it is. */
async function snapshotOf(
  { pid, paths }: TestDaemon,
  acknowledged: readonly string[],
): Promise<Snapshot> {
  const known = [...acknowledged];
  process.kill(pid, "SIGSTOP");
  try {
    while (!isStopped(pid)) await delay(1);
    const path = join(paths.state, "heddle.db");
    return { database: readFileSync(path), wal: readFileSync(`${path}-wal`), acknowledged: known };
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

function isStopped(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.startsWith("T") ?? true;
}

/**
 * What a cut could have left: of what follows the last acknowledgement in the log, a part, or
 * rubbish; and pages that were just being brought over from the log half written.
 */
function cutBy(snapshot: Snapshot, random: () => number): Pick<Snapshot, "database" | "wal"> {
  const frames = walFrames(snapshot.wal);
  const durable = durableEnd(snapshot, frames);
  const wal = Buffer.from(snapshot.wal);
  const from = durable + Math.floor(random() * (wal.length - durable));
  for (let at = from; at < wal.length; at += 1 + Math.floor(random() * 64)) {
    wal[at] = Math.floor(random() * 256);
  }
  const to = random() < 0.5 ? wal.length : from;
  const database = Buffer.from(snapshot.database);
  const inLog = frames.filter(({ end, page }) => end <= durable && page > 1);
  for (const { page } of inLog) {
    if (random() < 0.5) tear(database, page, random);
  }
  return { database, wal: wal.subarray(0, to) };
}

function tear(database: Buffer, page: number, random: () => number): void {
  const start = (page - 1) * pageBytes + Math.floor(random() * pageBytes);
  for (let at = start; at < Math.min(page * pageBytes, database.length); at += 1) {
    database[at] = Math.floor(random() * 256);
  }
}

/** Where the first commit ends with which everything acknowledged is there. */
function durableEnd(
  { database, wal, acknowledged }: Snapshot,
  frames: readonly WalFrame[],
): number {
  const commits = frames.filter((frame) => frame.commits).map(({ end }) => end);
  if (acknowledged.length === 0) return 0;
  const directory = temporaryDirectory("durable");
  try {
    const has = (end: number) => {
      const files = { database, wal: wal.subarray(0, end) };
      return missing(put(files, directory), acknowledged).length === 0;
    };
    // Earlier commits hold no more than later ones.
    let [low, high] = [0, commits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (has(commits[middle - 1] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return commits[low - 1] ?? 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Verdict {
  readonly lost: number;
  readonly damage: string | undefined;
  readonly broken: string[];
}

function judge(
  { acknowledged }: Snapshot,
  files: Pick<Snapshot, "database" | "wal">,
  directory: string,
): Verdict {
  const path = put(files, directory);
  const damage = findDamage(path, "whole");
  if (damage !== undefined) return { lost: 0, damage, broken: [damage] };
  openDatabase(path).close();
  const lost = missing(path, acknowledged);
  return { lost: lost.length, damage, broken: lost.map((id) => `${id} is lost`) };
}

function put({ database, wal }: Pick<Snapshot, "database" | "wal">, directory: string): string {
  const path = join(directory, "cut.db");
  if (existsSync(directory)) rmSync(directory, { recursive: true });
  mkdirSync(directory);
  writeFileSync(path, database);
  writeFileSync(`${path}-wal`, wal);
  return path;
}

function missing(path: string, acknowledged: readonly string[]): string[] {
  const db = new BetterSqlite3(path, { readonly: true });
  try {
    const known = new Set(db.prepare<[], string>("SELECT id FROM task").pluck().all());
    return acknowledged.filter((id) => !known.has(id));
  } finally {
    db.close();
  }
}
