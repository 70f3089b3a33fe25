import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  check,
  content,
  finish,
  PlanArena,
  propose,
  resolve,
  setPlan,
} from "./support/plan-arena.ts";
import { addFile, exec, held, replaceLine, steps } from "./support/steps.ts";
import type { TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let arena: PlanArena;
let project: TestProject;
beforeAll(async () => {
  arena = await PlanArena.start();
  project = arena.project;
});
afterAll(() => arena[Symbol.asyncDispose]());

async function forbidDeleting(thread: TestThread): Promise<void> {
  const scope = { type: "thread", threadId: thread.id } as const;
  const params = { scope, text: "Ask before deleting files" };
  const { hash } = await thread.client.call("policy/set", params);
  await thread.client.call("policy/set", { ...params, hash });
}

describe("work on a plan", () => {
  test("needs the hash that was approved, of the plan as it stands", async () => {
    const { thread, hash } = await arena.planned();
    const { client, id: threadId } = thread;
    const start = (more: object) =>
      client.call("turn/start", { threadId, input: [{ type: "text", text: "go" }], ...more });
    await expect(start({})).rejects.toMatchObject({ kind: "planRequired" });
    await expect(start({ planHash: "0".repeat(64) })).rejects.toMatchObject({ kind: "stalePlan" });
    const edited = { ...content, lineBudget: 11 };
    const plan = await client.call("plan/edit", { threadId, hash, content: edited });
    expect(plan).toMatchObject({ state: "proposed", version: 2, approvedHash: null });
    await expect(start({ planHash: hash })).rejects.toMatchObject({
      kind: "stalePlan",
      message: expect.stringContaining("has changed since it was approved"),
    });
    await expect(client.call("plan/approve", { threadId, hash })).rejects.toMatchObject({
      kind: "stalePlan",
    });
    await client.call("plan/approve", { threadId, hash: plan.hash });
    expect(await start({ planHash: plan.hash })).toMatchObject({ plan: { hash: plan.hash } });
  });

  test("within its plan goes through, by its steps, to a report", async () => {
    const { thread, hash } = await arena.planned();
    const work = [
      addFile("src/b.ts", "export const three = 3;"),
      setPlan("completed", "in_progress"),
      replaceLine("README.md", "# Sample", "# Sample with three"),
      setPlan("completed", "completed"),
      finish,
    ];
    const turn = await thread.say(steps(...work), { planHash: hash });
    expect(turn).toMatchObject({
      state: "done",
      report: {
        files: [
          { path: "README.md", additions: 1, deletions: 1, planned: true },
          { path: "src/b.ts", additions: 1, deletions: 0, planned: true },
        ],
        lines: 3,
        lineBudget: 10,
        checks: [
          { cmd: check, exitCode: 0 },
          { cmd: "test -s src/b.ts", exitCode: 0 },
        ],
        left: [],
      },
    });
    expect(
      thread
        .items("plan")
        .slice(1)
        .map((item) => item.steps.map(({ status }) => status)),
    ).toEqual([
      ["pending", "pending"],
      ["completed", "inProgress"],
      ["completed", "completed"],
    ]);
    expect(thread.view.plan).toMatchObject({ state: "implemented" });
    expect(thread.view.approvals).toEqual([]);
  });

  test("that leaves steps and checks open is not proven, and says what is left", async () => {
    const { thread, hash } = await arena.planned();
    const turn = await thread.say(steps(finish, finish, finish), { planHash: hash });
    expect(turn).toMatchObject({
      state: "doneUnverified",
      report: { files: [], left: expect.arrayContaining(["step: Tell of it"]) },
    });
    const more = steps(addFile("src/c.ts", "x"), finish, finish, finish);
    expect(await thread.say(more, { planHash: hash })).toMatchObject({
      state: "doneUnverified",
      report: {
        left: expect.arrayContaining([
          "step: Add the number",
          "step: Tell of it",
          "check: test -s src/b.ts",
        ]),
      },
    });
    expect(thread.view.plan).toMatchObject({ state: "approved" });
  });

  test.each([
    ["a patch", addFile("other.txt", "x")],
    ["a command", exec("echo x > other.txt")],
    ["a script that is in the plan", exec("echo 'echo x > other.txt' > src/x.sh; sh src/x.sh")],
    [
      "a command that keeps git from adding files",
      exec("echo x > other.txt; echo 'a.ts working-tree-encoding=UTF-16' > src/.gitattributes"),
    ],
    ["a rename", exec("mv CHANGELOG.md src/CHANGELOG.md")],
  ])("pauses when %s leaves its files; declined, it is taken back", async (_what, step) => {
    const { thread, hash } = await arena.planned();
    const { id } = await thread.send(steps(step, finish, finish, finish), { planHash: hash });
    const approval = await thread.pending();
    expect(approval).toMatchObject({ kind: "planDeviation", subject: { type: "planDeviation" } });
    const { subject } = approval;
    expect(subject).toMatchObject({ planHash: hash, files: content.files, lineBudget: 10 });
    expect(subject.type === "planDeviation" && subject.outside).toEqual([
      step.calls?.[0]?.tool === "exec_command" && JSON.stringify(step).includes("mv")
        ? "CHANGELOG.md"
        : "other.txt",
    ]);
    await thread.client.call("approval/resolve", {
      approvalId: approval.id,
      hash: approval.hash,
      answer: { type: "decline", comment: "stay inside" },
    });
    const turn = await thread.ended(id);
    expect(turn).toMatchObject({ state: "doneUnverified" });
    expect((await thread.diff()).files).toEqual([]);
    const taken = arena.results(thread).filter((text) => text.includes("taken back"));
    expect(taken).toEqual([expect.stringMatching(/taken back: .*The user says: stay inside/)]);
  });

  test("pauses once: what was allowed holds for the rest of the turn, and stands in the report", async () => {
    const { thread, hash } = await arena.planned();
    const long = Array.from({ length: 12 }, (_, at) => `line ${at}`);
    const work = [
      addFile("src/b.ts", ...long),
      addFile("other.txt", "x"),
      setPlan("completed", "completed"),
      finish,
    ];
    const { id } = await thread.send(steps(...work), { planHash: hash });
    const { id: approvalId, hash: asked, subject } = await thread.pending();
    expect(subject).toMatchObject({ outside: [], lines: 12, lineBudget: 10 });
    const answer = { type: "accept", scope: "once" } as const;
    await thread.client.call("approval/resolve", { approvalId, hash: asked, answer });
    const turn = await thread.ended(id);
    expect(turn).toMatchObject({ state: "done" });
    expect(turn.report?.files).toMatchObject([
      { path: "other.txt", planned: false },
      { path: "src/b.ts", planned: true },
    ]);
    expect(thread.view.approvals).toHaveLength(1);
  });

  test("that changes nothing is checked all the same, and carries nothing out", async () => {
    const { thread, hash } = await arena.planned();
    const said = [setPlan("completed", "completed"), finish, finish, finish];
    expect(await thread.say(steps(...said), { planHash: hash })).toMatchObject({
      state: "doneUnverified",
      report: {
        checks: [
          { cmd: check, exitCode: 0 },
          { cmd: "test -s src/b.ts", exitCode: 1 },
        ],
        left: expect.arrayContaining(["check: test -s src/b.ts"]),
      },
    });
    expect(thread.view.plan).toMatchObject({ state: "approved" });
  });

  test("keeps its plan as it is until it has ended", async () => {
    const { thread, hash } = await arena.planned();
    const { client, id: threadId } = thread;
    const { id: turnId } = await thread.send(steps(held, { text: "done" }), { planHash: hash });
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
    const busy = { kind: "threadBusy", message: expect.stringContaining("heddle interrupt") };
    const edit = client.call("plan/edit", { threadId, hash, content: { ...content, goal: "x" } });
    await expect(edit).rejects.toMatchObject(busy);
    await expect(client.call("plan/reject", { threadId, hash })).rejects.toMatchObject(busy);
    await client.call("turn/interrupt", { turnId });
    await thread.ended(turnId);
    expect(await client.call("plan/reject", { threadId, hash })).toMatchObject({
      plan: { state: "rejected" },
    });
  });

  test.each([
    ["edited", "plan/edit"],
    ["rejected", "plan/reject"],
  ] as const)("that waits does not begin once its plan was %s", async (_what, method) => {
    const { thread, hash: planHash } = await arena.planned();
    const { client, id: threadId } = thread;
    // Its plan is another one, so that nothing holds the first.
    const first = await thread.send(steps(held, propose()), { mode: "plan" });
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
    const work = steps(addFile("outside.txt", "x"), finish);
    const second = await thread.send(work, { planHash });
    const edited = { ...content, files: ["**"], lineBudget: 9999 };
    const params = { threadId, hash: planHash };
    if (method === "plan/edit") await client.call(method, { ...params, content: edited });
    else await client.call(method, params);
    await client.call("turn/interrupt", { turnId: first.id });
    expect(await thread.ended(second.id)).toMatchObject({
      state: "failed",
      failure: { kind: "stalePlan" },
      commit: null,
    });
    expect((await thread.diff()).files).toEqual([]);
  });

  test("that is interrupted beside its plan is taken back to it, and what was beside is kept", async () => {
    const { thread, hash } = await arena.planned();
    const beside = exec("echo x > outside.txt; echo there; sleep 60");
    const work = [addFile("src/b.ts", "x"), beside];
    const { id: turnId } = await thread.send(steps(...work), { planHash: hash });
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("there")));
    await thread.client.call("turn/interrupt", { turnId });
    expect(await thread.ended(turnId)).toMatchObject({ state: "interrupted" });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["src/b.ts"]);
    const salvaged = `refs/heddle/salvage/${thread.id}:outside.txt`;
    expect(project.repository.git("show", salvaged)).toBe("x");
  });

  test("in a second turn is asked about what that turn does, and a refusal takes back no more", async () => {
    const { thread, hash: planHash } = await arena.planned();
    const first = [addFile("other.txt", "x"), finish, finish, finish];
    const { id } = await thread.send(steps(...first), { planHash });
    const asked = await thread.pending();
    await resolve(thread, asked, { type: "accept", scope: "once" });
    expect(await thread.ended(id)).toMatchObject({ state: "doneUnverified" });
    const second = [
      addFile("src/b.ts", "x"),
      addFile("more.txt", "x"),
      addFile("src/c.ts", "x"),
      setPlan("completed", "completed"),
      finish,
    ];
    const turn = await thread.send(steps(...second), { planHash });
    const again = await thread.until(({ approvals }) => approvals[1]);
    expect(again.subject).toMatchObject({ outside: ["more.txt"], lines: 3 });
    await resolve(thread, again, { type: "decline" });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done", report: { left: [] } });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual([
      "other.txt",
      "src/b.ts",
      "src/c.ts",
    ]);
  });

  test("is taken back by the daemon itself without a word of the policy", async () => {
    const { thread, hash } = await arena.planned();
    await forbidDeleting(thread);
    const work = [addFile("src/b.ts", "x"), addFile("outside.txt", "x"), exec("ls"), finish];
    const { id } = await thread.send(steps(...work, finish, finish), { planHash: hash });
    await resolve(thread, await thread.pending(), { type: "decline" });
    expect(await thread.ended(id)).toMatchObject({ state: "doneUnverified" });
    expect(thread.view.approvals.map(({ kind }) => kind)).toEqual(["planDeviation"]);
    const beside = exec("echo x > outside.txt; echo there; sleep 61");
    const again = await thread.send(steps(addFile("src/c.ts", "x"), beside), { planHash: hash });
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("there")));
    await thread.client.call("turn/interrupt", { turnId: again.id });
    expect(await thread.ended(again.id)).toMatchObject({ state: "interrupted" });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["src/b.ts", "src/c.ts"]);
  });

  test.each([
    ["bytes without lines", "head -c 30000 /dev/urandom > src/b.bin"],
    ["lines that end in carriage returns", "seq 50 | tr '\\n' '\\r' > src/cr.ts"],
    ["empty files", "touch src/e{1..30}.ts"],
  ])("counts %s", async (_what, cmd) => {
    const { thread, hash } = await arena.planned();
    await thread.send(steps(exec(cmd)), { planHash: hash });
    expect((await thread.pending()).subject).toMatchObject({ type: "planDeviation", outside: [] });
  });

  test("small steps add up to the budget", async () => {
    const { thread, hash } = await arena.planned();
    const small = Array.from({ length: 6 }, (_, at) => addFile(`src/n${at}.ts`, "a", "b"));
    await thread.send(steps(...small), { planHash: hash });
    expect((await thread.pending()).subject).toMatchObject({ lines: 12, outside: [] });
    expect(thread.items("fileChange")).toHaveLength(6);
  });
});

test("a kill while a plan's border is asked about asks the same again, once", async () => {
  await using killed = await PlanArena.start();
  const { thread, hash: planHash } = await killed.planned();
  const work = [
    addFile("src/b.ts", "x"),
    exec("echo y > other.txt"),
    setPlan("completed", "completed"),
  ];
  const { id } = await thread.send(steps(...work, { text: "done" }), { planHash });
  const asked = await thread.pending();
  await killed.daemon.kill9();
  await killed.daemon.restart();
  const { data } = await thread.client.call("approval/list", { threadId: thread.id });
  expect(data.map((one) => one.id)).toEqual([asked.id]);
  await resolve(thread, asked, { type: "decline" });
  expect(await thread.ended(id)).toMatchObject({ state: "done", report: { left: [] } });
  expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["src/b.ts"]);
  expect(thread.view.approvals).toHaveLength(1);
});

test("after a kill a refusal takes back what leaves the plan, and nothing of the work within it", async () => {
  await using killed = await PlanArena.start();
  const { thread, hash: planHash } = await killed.planned();
  const work = [
    exec("echo x > src/b.ts; echo made; sleep 2"),
    addFile("other.txt", "x"),
    setPlan("completed", "completed"),
  ];
  const { id } = await thread.send(steps(...work, { text: "done" }), { planHash });
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("made")));
  await killed.daemon.kill9();
  await killed.daemon.restart();
  const asked = await thread.pending();
  expect(asked.subject).toMatchObject({ outside: ["other.txt"] });
  await resolve(thread, asked, { type: "decline" });
  await thread.ended(id);
  expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["src/b.ts"]);
});
