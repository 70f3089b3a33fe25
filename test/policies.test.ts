import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Methods, ParamsOf, PolicyScope, ResultOf } from "@heddle/protocol";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, held, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
const long = Array.from({ length: 60 }, (_, at) => `line ${at}`).join("\n");
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "long.txt": `${long}\n`, "src/a.txt": "a\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

type Action = string | { readonly add: string; readonly lines: number };
const corpus = new URL("../packages/daemon/src/policy/corpus/changes.jsonl", import.meta.url);
const evasions = readFileSync(corpus, "utf8").trim().split("\n").map(evasionOf);

interface Evasion {
  readonly name: string;
  readonly do: readonly Action[];
  /** Takes away what was small enough to stay, so that each begins where the first did. */
  readonly then?: string;
}

function evasionOf(line: string): Evasion {
  return JSON.parse(line) as Evasion;
}

const groupSize = 5;
const groups = evasions
  .map((_, from) => ({ from, evasions: evasions.slice(from, from + groupSize) }))
  .filter(({ from }) => from % groupSize === 0);

function stepOf(action: Action): Step {
  if (typeof action === "string") return exec(action);
  return addFile(action.add, ...lines(action.lines));
}

type SetParams = ParamsOf<Methods, "policy/set">;

async function readBack(params: SetParams): Promise<ResultOf<Methods, "policy/set">> {
  return await (await daemon.client()).call("policy/set", params);
}

/** Reads a policy back and confirms it. */
async function set(scope: PolicyScope, text: string): Promise<void> {
  const { hash } = await readBack({ scope, text });
  expect(await readBack({ scope, text, hash })).toMatchObject({ inForce: true });
}

/** A thread under a policy of its own. */
async function under(text: string): Promise<TestThread> {
  const thread = await project.thread();
  await set({ type: "thread", threadId: thread.id }, text);
  return thread;
}

async function answer(thread: TestThread, accept: boolean): Promise<void> {
  const { id: approvalId, hash } = await thread.pending();
  const given = accept
    ? ({ type: "accept", scope: "once" } as const)
    : ({ type: "decline" } as const);
  await thread.client.call("approval/resolve", { approvalId, hash, answer: given });
}

const fifty = "Ask before making changes over 50 lines";
const lines = (count: number, name = "x") =>
  Array.from({ length: count }, (_, at) => `${name} ${at}`);
const paths = async (thread: TestThread) => (await thread.diff()).files.map(({ path }) => path);

describe("setting a policy", () => {
  const scope = { type: "global" } as const;

  test("changes nothing before what was read back is confirmed with its hash", async () => {
    const client = await daemon.client();
    const text = "Never run 'git push'. Allow running 'git push origin'";
    const read = await readBack({ scope, text });
    expect(read).toMatchObject({
      inForce: false,
      policy: { version: 1, rules: [{ words: "Never run 'git push'." }, {}] },
      contradictions: [expect.stringContaining("is stricter and holds")],
    });
    expect((await client.call("policy/show", {})).policies).toEqual([]);
    await expect(readBack({ scope, text: "Never push", hash: read.hash })).rejects.toMatchObject({
      kind: "staleConsent",
    });
    expect(await readBack({ scope, text, hash: read.hash })).toMatchObject({ inForce: true });
    expect((await client.call("policy/show", {})).policies).toMatchObject([{ version: 1 }]);
    await set(scope, "");
    const { data } = await client.call("policy/history", { scope });
    expect(data).toMatchObject([
      { version: 2, rules: [] },
      { version: 1, setBy: { name: "test", kind: "script" } },
    ]);
  });

  test("refuses what it does not understand, and offers the nearest forms", async () => {
    await expect(readBack({ scope, text: "Ask before large changes" })).rejects.toMatchObject({
      kind: "invalidParams",
      message: expect.stringContaining("Ask before making changes over 50 lines"),
      details: { refused: [{ sentence: "Ask before large changes" }] },
    });
  });

  test("replays what was done already", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec("echo a"), exec("git status"), addFile("r.txt", ...lines(3)), {}));
    const { replay } = await readBack({
      scope: { type: "thread", threadId: thread.id },
      text: "Never run 'echo'. Ask before changing more than 2 lines",
    });
    expect(replay).toEqual({
      actions: 3,
      asked: 1,
      denied: 1,
      unknown: 0,
      examples: [
        {
          action: "r.txt +3 -0",
          verdict: "ask",
          reason: expect.stringMatching(/^Ask before changing/),
        },
        { action: "echo a", verdict: "deny", reason: "Never run 'echo'." },
      ],
    });
  });

  test("replays what the commands of a turn have left changed, and says of what that is not known", async () => {
    const thread = await project.thread();
    const patched = addFile("src/p.txt", ...lines(3));
    const turn = await thread.say(
      steps(patched, exec("seq 100 > src/a.txt"), exec("echo b > b.txt"), { text: "done" }),
    );
    const params = {
      scope: { type: "thread", threadId: thread.id },
      text: "Never change src/a.txt. Ask before changing more than 50 lines",
    } as const;
    const action = "left by the commands and calls of one turn: b.txt +1 -0, src/a.txt +100 -1";
    expect((await readBack(params)).replay).toEqual({
      actions: 4,
      asked: 0,
      denied: 1,
      unknown: 0,
      examples: [{ action, verdict: "deny", reason: "Never change src/a.txt." }],
    });
    const running = await thread.send(steps(held, { text: "done" }));
    await thread.until(({ items }) =>
      items.find((item) => item.type === "commandExecution" && item.turnId !== turn.id),
    );
    expect((await readBack(params)).replay).toMatchObject({ actions: 5, denied: 1, unknown: 1 });
    await thread.client.call("turn/interrupt", { turnId: running.id });
    await thread.ended(running.id);
  });

  test("is refused beside rules that cannot be read, and in their place mends them", async () => {
    const thread = await under("Never push");
    const damaged = { type: "thread", threadId: thread.id } as const;
    const db = new BetterSqlite3(join(daemon.paths.state, "heddle.db"));
    db.prepare("UPDATE policy SET rules = 'rubbish' WHERE name = ?").run(`thread/${thread.id}`);
    db.close();
    const text = "Never run 'ls'";
    await expect(readBack({ scope: damaged, text, mode: "add" })).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringMatching(/^the policy of this thread cannot be read, .* set all of it/),
    });
    const shown = () => thread.client.call("policy/show", { threadId: thread.id });
    expect((await shown()).policies).toMatchObject([{ broken: true, version: 1 }]);
    await set(damaged, text);
    expect((await shown()).policies).toMatchObject([{ broken: false, version: 2 }]);
  });

  test("can be tried on a command and on a patch", async () => {
    const client = await daemon.client();
    const thread = await under(`${fifty}. Never push`);
    const tried = (action: ParamsOf<Methods, "policy/test">["action"]) =>
      client.call("policy/test", { threadId: thread.id, action });
    await thread.ready();
    expect(await tried({ type: "command", cmd: "sh -c 'git push'" })).toMatchObject({
      verdict: "deny",
      cited: { scope: { type: "thread" }, version: 1, words: "Never run 'git push'." },
    });
    const add = lines(51).map((line) => `+${line}`);
    const patch = ["*** Begin Patch", "*** Add File: y.txt", ...add, "*** End Patch"].join("\n");
    expect(await tried({ type: "patch", patch })).toMatchObject({
      verdict: "ask",
      facts: ["add y.txt, +51 -0 lines"],
    });
  });
});

describe("ask before making changes over 50 lines", () => {
  test.each(groups)("holds against the corpus, actions $from and on", async ({ evasions }) => {
    const thread = await under(fifty);
    const made = evasions.flatMap(({ do: actions, then }) => [...actions, ...(then ? [then] : [])]);
    const turn = await thread.send(steps(...made.map(stepOf), { text: "done" }));
    for (const [at, { name }] of evasions.entries()) {
      const { state, subject, reason } = await thread.until(({ approvals }) => approvals[at]);
      expect({ name, state }).toEqual({ name, state: "pending" });
      expect(["changes", "patch"]).toContain(subject.type);
      expect(reason).toBe("Ask before changing more than 50 lines since the last approval.");
      await answer(thread, false);
    }
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.view.approvals).toHaveLength(evasions.length);
    expect(await paths(thread)).toEqual([]);
  });

  test("lets smaller changes pass", async () => {
    const thread = await under(fifty);
    const turn = await thread.say(
      steps(exec("seq 25 > a.txt"), addFile("b.txt", "b"), { text: "x" }),
    );
    expect(turn).toMatchObject({ state: "done" });
    expect(thread.view.approvals).toEqual([]);
  });

  test("keeps what is accepted, and counts anew from there", async () => {
    const thread = await under(fifty);
    const made = [exec("seq 60 > a.txt"), exec("seq 40 > b.txt"), exec("seq 20 > c.txt")];
    const turn = await thread.send(steps(...made, { text: "done" }));
    expect((await thread.pending()).subject).toMatchObject({
      type: "changes",
      cmd: "seq 60 > a.txt",
      changes: [{ path: "a.txt", kind: "add", additions: 60, deletions: 0 }],
      totals: { files: 1, additions: 60, deletions: 0 },
    });
    await answer(thread, true);
    const second = await thread.until(({ approvals }) => approvals[1]);
    expect(second.subject).toMatchObject({ cmd: "seq 20 > c.txt" });
    await answer(thread, true);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(await paths(thread)).toEqual(["a.txt", "b.txt", "c.txt"]);
  });

  test("does not ask twice for a patch that was accepted", async () => {
    const thread = await under(fifty);
    const turn = await thread.send(steps(addFile("a.txt", ...lines(60)), { text: "done" }));
    await answer(thread, true);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.view.approvals).toHaveLength(1);
  });

  test("asks again where something else was written to the file of a patch that was accepted", async () => {
    const thread = await under(fifty);
    const watcher = `setsid nohup bash -c 'until test -e t.txt; do sleep 0.002; done; seq 3000 > t.txt; touch /tmp/over' >/dev/null 2>&1 & echo on`;
    const made = [
      exec(watcher),
      addFile("t.txt", ...lines(60)),
      exec("until test -e /tmp/over; do sleep 0.02; done"),
      exec("ls"),
      { text: "done" },
    ];
    const turn = await thread.send(steps(...made));
    await answer(thread, true);
    const second = await thread.until(({ approvals }) => approvals[1]);
    expect(second.subject).toMatchObject({
      type: "changes",
      changes: expect.arrayContaining([expect.objectContaining({ path: "t.txt" })]),
    });
    await answer(thread, false);
    await thread.ended(turn.id);
    const { files } = await thread.diff();
    expect(files.find(({ path }) => path === "t.txt")?.additions ?? 0).toBeLessThanOrEqual(60);
  });

  test("counts over the turns of a thread", async () => {
    const thread = await under(fifty);
    await thread.say(steps(exec("seq 40 > a.txt"), { text: "done" }));
    await thread.send(steps(exec("seq 40 > b.txt"), { text: "done" }));
    expect((await thread.pending()).subject).toMatchObject({ changes: [{ path: "b.txt" }] });
    await answer(thread, false);
  });

  test("takes back what is not answered when its turn is interrupted, and keeps it as salvage", async () => {
    const thread = await under(fifty);
    const turn = await thread.send(steps(exec("seq 60 > a.txt"), { text: "done" }));
    await thread.pending();
    await thread.client.call("turn/interrupt", { turnId: turn.id });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "interrupted", commit: null });
    expect(await paths(thread)).toEqual([]);
    const salvaged = `refs/heddle/salvage/${thread.id}:a.txt`;
    expect(project.repository.git("show", salvaged)).toContain("60");
  });

  test("asks again after the daemon was killed while it waited", async () => {
    const thread = await under(fifty);
    const turn = await thread.send(steps(exec("seq 60 > a.txt"), { text: "done" }));
    const before = await thread.pending();
    await daemon.kill9();
    await daemon.restart();
    expect((await thread.pending()).hash).toBe(before.hash);
    await answer(thread, false);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(await paths(thread)).toEqual([]);
  });
});

test("a limit in one file counts what is done to it in small steps", async () => {
  const thread = await under("Ask before changing more than 50 lines in one file");
  const turn = await thread.send(
    steps(exec("seq 40 > a.txt"), exec("seq 40 > b.txt"), exec("seq 40 >> a.txt"), { text: "x" }),
  );
  expect((await thread.pending()).subject).toMatchObject({ cmd: "seq 40 >> a.txt" });
  await answer(thread, true);
  expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
  expect(thread.view.approvals).toHaveLength(1);
});

test("a command in a folder that cannot be is an error for the model, and the turn goes on", async () => {
  const thread = await under("Never push");
  const turn = await thread.say(
    steps(exec("ls", { workdir: "a\0b" }), exec("ls\0b"), { text: "done" }),
  );
  expect(turn).toMatchObject({ state: "done" });
  expect(JSON.stringify(daemon.requestsOf(thread).at(-1))).toContain("invalid arguments of exec_");
});

test("what a rule forbids is taken back though nothing could tell it before", async () => {
  const thread = await under("Never change src/");
  const turn = await thread.say(steps(exec("echo b > $(echo src/a.txt); echo ok > o.txt"), {}));
  expect(turn).toMatchObject({ state: "done" });
  expect(await paths(thread)).toEqual([]);
  const { worktree } = await thread.ready();
  expect(readFileSync(join(worktree, "src/a.txt"), "utf8")).toBe("a\n");
  expect(JSON.stringify(daemon.requestsOf(thread).at(-1))).toContain("taken back");
});

test("what still writes when a turn fails is ended first, and nothing of it is committed", async () => {
  const thread = await under("Never change src/");
  const writer = `setsid nohup bash -c 'sleep 0.2; while :; do seq 3000 > src/a.txt; sleep 0.005; done' >/dev/null 2>&1 & echo on`;
  const failing = Array.from({ length: 12 }, () => ({
    calls: [{ tool: "read_file", input: { path: "none" } }],
  }));
  const turn = await thread.say(
    steps(exec(`${writer}; echo ok > o.txt`), exec("sleep 0.4"), ...failing),
  );
  expect(turn).toMatchObject({ state: "failed" });
  expect(await paths(thread)).toEqual(["o.txt"]);
});

test("what still writes when a turn is done takes its proof away", async () => {
  const thread = await under("Never change src/");
  const writer = `setsid nohup bash -c 'while :; do echo x >> bg.txt; done' >/dev/null 2>&1 & sleep 0.2`;
  expect(await thread.say(steps(exec(writer), { text: "done" }))).toMatchObject({
    state: "doneUnverified",
    summary: expect.stringContaining("after they were checked"),
    commit: expect.any(String),
  });
});

test("an answer can become a rule of the project", async () => {
  const { thread: start, project: row } = await daemon.project();
  const thread = await start({ policy: "ask" });
  const made = [exec("echo one"), exec("echo one"), exec("echo one two")];
  const turn = await thread.send(steps(...made, { text: "done" }));
  const { id: approvalId, hash, offer } = await thread.pending();
  const words = "Allow running exactly 'echo one'.";
  expect(offer).toEqual({ words, replaces: null });
  const rule = { type: "accept", scope: "rule" } as const;
  await thread.client.call("approval/resolve", { approvalId, hash, answer: rule });
  expect((await thread.until(({ approvals }) => approvals[1])).subject).toMatchObject({
    cmd: "echo one two",
  });
  await answer(thread, true);
  expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
  expect(thread.view.approvals).toHaveLength(2);
  const { policies } = await thread.client.call("policy/show", { projectId: row.id });
  expect(policies).toMatchObject([{ rules: [{ words }] }]);
});
