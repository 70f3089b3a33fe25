import {
  closeSync,
  copyFileSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { DaemonStatus } from "@heddle/protocol";
import BetterSqlite3 from "better-sqlite3";
import { steps } from "../../steps.ts";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { Fault } from "../fault.ts";

const pageBytes = 4096;

type Smash = (path: string, random: () => number) => void;

/** A disk that lies, a file system that forgets, a program that writes where it should not. */
const smashes: Readonly<Record<string, Smash>> = {
  "a page of rubbish": (path, random) => overwrite(path, pageOf(path, random), pageBytes, random),
  "pages of rubbish": (path, random) => {
    for (let page = 0; page < 8; page += 1)
      overwrite(path, pageOf(path, random), pageBytes, random);
  },
  "a sector of rubbish": (path, random) => {
    const sector = Math.floor(random() * (statSync(path).size / 512));
    overwrite(path, sector * 512, 512, random);
  },
  "a page of another place": (path, random) => {
    const source = readFileSync(path).subarray(pageOf(path, random)).subarray(0, pageBytes);
    write(path, pageOf(path, random), source);
  },
  "a file cut short": (path, random) => truncateSync(path, pageOf(path, random)),
  "a file cut within a page": (path, random) => {
    truncateSync(path, Math.floor(random() * statSync(path).size));
  },
  "no header": (path, random) => overwrite(path, 0, 100, random),
  "an empty file": (path) => truncateSync(path, 0),
  "no file": (path) => rmSync(path),
};

export const damagedDatabase: Fault = {
  name: "a damaged database",
  promise: "damage is noticed or harmless; the last backup is restored, and the loss is stated",
  count: 50,
  shortCount: 1,
  run: async ({ count, random }) => {
    const figures = { smashes: count, restored: 0, harmless: 0, textsSpoiled: 0 };
    const broken: string[] = [];
    await using daemon = await startTestDaemon();
    const before = await prepare(daemon);
    for (let at = 0; at < count; at += 1) {
      const kinds = Object.entries(smashes);
      const [name, smash] = kinds[at % kinds.length] ?? ["", () => {}];
      before.put();
      smash(join(daemon.paths.state, "heddle.db"), random);
      const smashed = readQuietly(join(daemon.paths.state, "heddle.db"));
      const { end, found } = await judge(daemon, before, smashed);
      figures[end] += 1;
      broken.push(...found.map((what) => `smash ${at}, ${name}: ${what}`));
    }
    return { figures, broken };
  },
};

interface Before {
  /** What the database held, and what of it its last backup held. */
  readonly whole: Content;
  readonly backedUp: Content;
  readonly backupAt: number;
  /** Brings the state directory back to where it was. */
  readonly put: () => void;
}

/** A state with some history, a backup of it, and something that came after the backup. */
async function prepare(daemon: TestDaemon): Promise<Before> {
  const { state } = daemon.paths;
  const { project, thread: begin } = await daemon.project();
  const client = await daemon.client();
  for (let count = 0; count < 3; count += 1) {
    await using thread = await begin();
    await thread.say("[[say n=3000]]");
    await thread.say(steps({ reasoning: "so ".repeat(4000), text: "done" }));
  }
  await daemon.stop();
  const [backup = ""] = readdirSync(join(state, "backups"));
  await daemon.restart();
  await client.call("task/create", { projectId: project.id, title: "after the backup" });
  await daemon.kill9();
  fold(join(state, "heddle.db"));
  const pristine = join(daemon.root, "pristine");
  cpSync(state, pristine, { recursive: true });
  return {
    whole: contentOf(join(state, "heddle.db")),
    backedUp: contentOf(join(state, "backups", backup)),
    backupAt: statSync(join(state, "backups", backup)).mtimeMs,
    put: () => {
      for (const file of readdirSync(state).filter((name) => name.startsWith("heddle.db"))) {
        rmSync(join(state, file));
      }
      rmSync(join(state, "quarantine"), { recursive: true, force: true });
      copyFileSync(join(pristine, "heddle.db"), join(state, "heddle.db"));
    },
  };
}

async function judge(
  daemon: TestDaemon,
  { whole, backedUp, backupAt }: Before,
  smashed: Buffer | undefined,
): Promise<{ end: "restored" | "harmless" | "textsSpoiled"; found: string[] }> {
  await daemon.restart();
  using client = await daemon.connect("judge");
  const { storage } = await client.call("daemon/status", {});
  const { findings } = await client.call("daemon/doctor", {});
  await daemon.kill9();
  const content = contentOf(join(daemon.paths.state, "heddle.db"));
  const { restoration } = storage;
  if (restoration === null) {
    const found = content.rows === whole.rows ? [] : ["it was not noticed"];
    return { end: content.texts === whole.texts ? "harmless" : "textsSpoiled", found };
  }
  const found = [
    isDeepStrictEqual(content, backedUp) ? undefined : "it is not what was backed up",
    Math.abs(restoration.backupAt - backupAt) < 2000 ? undefined : "the loss is stated wrongly",
    isKept(restoration, smashed) ? undefined : "the damaged file was not kept",
    findings.some(({ name, ok }) => name === "database" && !ok) ? undefined : "no doctor says so",
    /restored from a backup/.test(daemon.log()) ? undefined : "the log does not say so",
  ];
  return { end: "restored", found: found.filter((what) => what !== undefined) };
}

function isKept(
  { quarantine }: NonNullable<DaemonStatus["storage"]["restoration"]>,
  smashed: Buffer | undefined,
): boolean {
  if (smashed === undefined) return quarantine === null;
  return readQuietly(join(quarantine ?? "", "heddle.db"))?.equals(smashed) === true;
}

/** Brings the log into the file, so that all of it can be smashed. */
function fold(path: string): void {
  const db = new BetterSqlite3(path);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

interface Content {
  /** Everything that the daemon works with, as one text. */
  readonly rows: string;
  /** What was said and put out, for people to read; SQLite cannot tell rubbish in it. */
  readonly texts: string;
}

function contentOf(path: string): Content {
  const db = new BetterSqlite3(path, { readonly: true });
  const tables = ["project", "task", "thread", "turn", "history", "thread_event", "daemon_event"];
  try {
    const rows = tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all());
    const items = db.prepare("SELECT id, body FROM item ORDER BY id").all();
    const texts = db.prepare("SELECT id, content FROM item ORDER BY id").all();
    return { rows: JSON.stringify([rows, items]), texts: JSON.stringify(texts) };
  } finally {
    db.close();
  }
}

function pageOf(path: string, random: () => number): number {
  return Math.floor(random() * Math.floor(statSync(path).size / pageBytes)) * pageBytes;
}

function overwrite(path: string, at: number, bytes: number, random: () => number): void {
  write(path, at, Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))));
}

function write(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

function readQuietly(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
