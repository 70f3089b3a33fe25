import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HeddleClient, readHolder } from "@heddle/protocol/node";
import BetterSqlite3 from "better-sqlite3";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "./support/repository.ts";
import { exec, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

const cli = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
const rubbish = "this is no database at all ".repeat(500);

/** Runs the command line against a daemon, as a user of the same environment would. */
function heddle({ env }: { readonly env: NodeJS.ProcessEnv }, args: readonly string[]) {
  const { HEDDLE_BUILD } = process.env;
  const own = { env: { ...env, HEDDLE_BUILD }, extendEnv: false, reject: false } as const;
  return execa(process.execPath, [cli, ...args], own);
}

function damage({ paths }: TestDaemon): void {
  writeFileSync(join(paths.state, "heddle.db"), rubbish);
}

/** Writes rubbish over the root page of an index. */
function damageIndex({ paths }: TestDaemon, name: string): void {
  const path = join(paths.state, "heddle.db");
  const db = new BetterSqlite3(path, { readonly: true });
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck();
  const page = Number(root.get(name));
  db.close();
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(4096, rubbish), 0, 4096, (page - 1) * 4096);
  closeSync(file);
}

async function storageOf(client: HeddleClient) {
  return (await client.call("daemon/status", {})).storage;
}

/** Asks again until the answer fits; the daemon says nothing of itself while it looks. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("a database that was restored", () => {
  test("says what is lost until somebody acknowledges it", async () => {
    await using daemon = await startTestDaemon();
    await daemon.stop();
    damage(daemon);
    await daemon.restart();
    const client = await daemon.client();
    const { restoration, lastBackupAt } = await storageOf(client);
    expect(restoration).toMatchObject({
      damage: "file is not a database",
      backupAt: lastBackupAt,
    });
    const { findings } = await client.call("daemon/doctor", {});
    expect(findings).toContainEqual({
      name: "database",
      ok: false,
      detail: expect.stringContaining(`the damaged files are in ${restoration?.quarantine}`),
      mend: expect.stringContaining("heddle daemon acknowledge"),
    });
    expect((await heddle(daemon, ["status"])).stdout).toMatch(/^restored .* is lost;/m);
    expect(await heddle(daemon, ["daemon", "acknowledge"])).toMatchObject({ exitCode: 0 });
    expect((await storageOf(client)).restoration).toBeNull();
    await daemon.kill9();
    await daemon.restart();
    expect((await storageOf(client)).restoration).toBeNull();
  });

  test("ends turns that it holds open, and keeps the work of threads that it does not know", async () => {
    await using daemon = await startTestDaemon();
    const { repository, thread: begin } = await daemon.project();
    const client = await daemon.client();
    const known = await begin({ title: "known" });
    const turn = await known.send(steps(exec("echo a >> a.txt; sleep 60"), { text: "done" }));
    await known.item("commandExecution");
    await daemon.stop();
    await daemon.restart();
    const unknown = await begin({ title: "unknown" });
    await unknown.say(steps(exec("echo precious > b.txt"), { text: "done" }));
    const { worktree } = await unknown.ready();
    writeFileSync(join(worktree, "c.txt"), "not committed\n");
    await daemon.kill9();
    damage(daemon);
    await daemon.restart();

    const { turns } = await client.call("thread/read", { threadId: known.id });
    expect(turns).toEqual([
      expect.objectContaining({
        id: turn.id,
        state: "failed",
        failure: expect.objectContaining({ kind: "storageDamaged" }),
      }),
    ]);
    await expect(client.call("thread/read", { threadId: unknown.id })).rejects.toMatchObject({
      kind: "notFound",
    });
    expect(existsSync(worktree)).toBe(false);
    const salvaged = "refs/heddle/salvage/orphan-unknown";
    expect(repository.git("show", `${salvaged}:b.txt`)).toBe("precious");
    expect(repository.git("show", `${salvaged}:c.txt`)).toBe("not committed");
    expect(repository.git("branch", "--list", "heddle/unknown")).not.toBe("");

    const input = [{ type: "text" as const, text: "[[say n=1]]" }];
    const next = await client.call("turn/start", { threadId: known.id, input });
    const state = async () => (await client.call("thread/read", { threadId: known.id })).turns;
    const ended = await until(state, (all) =>
      all.some(({ id, state }) => id === next.id && state === "done"),
    );
    expect(ended).toHaveLength(2);
  });

  test("is refused where there is no backup, and left as it is", async () => {
    await using daemon = await startTestDaemon();
    await daemon.stop();
    damage(daemon);
    rmSync(join(daemon.paths.state, "backups"), { recursive: true });
    const { code, stderr } = await daemon.another().exited;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^heddle: the database \S+ is damaged \(file is not a database\).* move \S+ away to start afresh\n$/,
    );
    expect(readFileSync(join(daemon.paths.state, "heddle.db"), "utf8")).toBe(rubbish);
  });
});

test("damage found by a running daemon stops work, not reading, and the next one restores", async () => {
  await using daemon = await startTestDaemon({ config: "[store]\nbackup_every_minutes = 0.01" });
  const { project } = await daemon.project();
  const client = await daemon.client();
  // Brings everything from the log into the file.
  await daemon.stop();
  await daemon.restart();
  const { id: projectId } = project;
  damageIndex(daemon, "model_request_by_turn");
  // The backup that is due after a change meets with it.
  await client.call("task/create", { projectId, title: "the change" });
  const { advice } = await until(
    () => storageOf(client),
    ({ state }) => state === "damaged",
  );
  expect(advice).toMatch(/`heddle daemon restart` restores the last backup/);
  const create = client.call("task/create", { projectId, title: "refused" });
  await expect(create).rejects.toMatchObject({ kind: "storageDamaged" });
  expect(await client.call("project/read", { projectId })).toMatchObject({ project });
  expect(await heddle(daemon, ["daemon", "stop"])).toMatchObject({ exitCode: 0 });
  await daemon.restart();
  expect((await storageOf(client)).restoration).not.toBeNull();
  expect(await client.call("project/read", { projectId })).toMatchObject({ project });
});

describe("a daemon that is not where the client looks", () => {
  test("is found by its state, whatever runtime directory the client has", async () => {
    const root = temporaryDirectory("xdg");
    const [here, there] = [join(root, "here"), join(root, "there")];
    for (const directory of [here, there]) mkdirSync(directory, { mode: 0o700 });
    const env = { PATH: process.env.PATH, HOME: root };
    const run = (runtime: string, ...args: string[]) =>
      heddle({ env: { ...env, XDG_RUNTIME_DIR: runtime } }, args);
    try {
      await run(here, "daemon", "start");
      const statuses = [await run(here, "status", "--json"), await run(there, "status", "--json")];
      const [first, second] = statuses.map(({ stdout }) => JSON.parse(stdout));
      expect(second).toMatchObject({ pid: first.pid, socket: join(here, "heddle", "heddle.sock") });
    } finally {
      await run(there, "daemon", "stop");
      rmSync(root, { recursive: true });
    }
  });

  test("and that cannot be trusted is named with its pid, and the exit code is 75", async () => {
    await using daemon = await startTestDaemon();
    const { holder, socket } = daemon.paths;
    expect(readHolder(holder)).toEqual({ pid: daemon.pid, socket });
    rmSync(socket);
    const foreign = join(daemon.root, "open to others", "s");
    mkdirSync(dirname(foreign));
    chmodSync(dirname(foreign), 0o755);
    using _ = closing(createServer().listen(foreign));
    writeFileSync(holder, JSON.stringify({ pid: daemon.pid, socket: foreign }));
    const { exitCode, stderr } = await heddle(daemon, ["status"]);
    expect(exitCode).toBe(75);
    expect(stderr).toContain(`(pid ${daemon.pid}, at ${foreign}) does not answer`);
  });
});

describe("`heddle run`", () => {
  const slow = steps(exec("echo a >> a.txt; sleep 0.5"), exec("cat a.txt"), { text: "over" });

  /** A run that has come as far as its first command. */
  async function begin(daemon: TestDaemon) {
    const { repository } = await daemon.project();
    const run = heddle(daemon, ["run", slow, "-p", repository.path, "--jsonl"]);
    const lines = run.iterable();
    for await (const line of lines) if (line.includes('"commandExecution"')) break;
    return { ended: Promise.resolve(run) };
  }

  test("whose daemon is killed starts another one, and the turn goes on", async () => {
    await using daemon = await startTestDaemon();
    const { ended } = await begin(daemon);
    await daemon.kill9();
    expect(await ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("over") });
    const { stdout } = await heddle(daemon, ["daemon", "status", "--json"]);
    expect(JSON.parse(stdout).pid).not.toBe(daemon.pid);
    await heddle(daemon, ["daemon", "stop"]);
  });

  test("goes on through `heddle daemon restart`, and the log says who asked for it", async () => {
    await using daemon = await startTestDaemon();
    const { ended } = await begin(daemon);
    const restarted = await heddle(daemon, ["daemon", "restart"]);
    expect(restarted.stderr).toContain(`(it was ${daemon.pid})`);
    expect(await ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("over") });
    expect(daemon.log()).toMatch(/"message":"stopping","by":"heddle"/);
    await heddle(daemon, ["daemon", "stop"]);
  });
});

function closing(server: { close(): void }): Disposable {
  return { [Symbol.dispose]: () => void server.close() };
}
