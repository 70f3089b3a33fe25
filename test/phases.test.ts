import { readFileSync, writeFileSync } from "node:fs";
import type { Answer, Approval, PlanContent } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, held, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
const check = "! grep -rqsw bad --include=*.ts .";
const code = "export const one = 1;\n\nexport const two = 2;\n";
beforeAll(async () => {
  daemon = await startTestDaemon();
  const files = { "src/a.ts": code, "README.md": "# Sample\n", "CHANGELOG.md": "# Changes\n" };
  project = await daemon.project(files, { checks: [check] });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const content: PlanContent = {
  goal: "Add a third number.",
  steps: ["Add the number", "Tell of it"],
  files: ["src/**", "README.md"],
  checks: ["test -s src/b.ts"],
  lineBudget: 10,
  risks: ["None that is known"],
  openQuestions: [],
};

const propose = (plan: PlanContent = content): Step => ({
  calls: [{ tool: "propose_plan", input: plan }],
});
const setPlan = (...statuses: string[]): Step => ({
  calls: [
    {
      tool: "update_plan",
      input: { plan: statuses.map((status, at) => ({ step: content.steps[at], status })) },
    },
  ],
});
const finish: Step = { calls: [{ tool: "finish", input: { summary: "All is done." } }] };
const call = (tool: string, input: unknown): Step => ({ calls: [{ tool, input }] });

/** The results that the model was given, oldest first. */
function results(thread: TestThread): string[] {
  const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
  return items.flatMap(({ output }) => (output === undefined ? [] : [String(output)]));
}

async function resolve(thread: TestThread, { id, hash }: Approval, answer: Answer): Promise<void> {
  await thread.client.call("approval/resolve", { approvalId: id, hash, answer });
}

/** A thread with an approved plan. */
async function planned(plan = content) {
  const thread = await project.thread();
  await thread.say(steps(propose(plan)), { mode: "plan" });
  const { hash } = await thread.client.call("plan/show", { threadId: thread.id });
  await thread.client.call("plan/approve", { threadId: thread.id, hash });
  return { thread, hash };
}

describe("a plan turn", () => {
  test("ends with a plan that every client sees", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(exec("cat src/a.ts"), propose()), { mode: "plan" });
    expect(turn).toMatchObject({
      state: "done",
      mode: "plan",
      summary: content.goal,
      commit: null,
    });
    expect(thread.items("plan")).toMatchObject([{ proposal: content, state: "completed" }]);
    const plan = await thread.client.call("plan/show", { threadId: thread.id });
    expect(plan).toMatchObject({ state: "proposed", version: 1, content, approvedHash: null });
    expect(thread.view.plan).toEqual(plan);
  });

  test("cannot write by any tool", async () => {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    const written = [
      addFile("by-patch.txt", "x"),
      call("edit", { path: "src/a.ts", old_string: "1", new_string: "9" }),
      call("write_file", { path: "by-write.txt", content: "x" }),
      call("update_plan", { plan: [{ step: "x", status: "pending" }] }),
      call("finish", { summary: "done" }),
      exec("echo x > by-command.txt"),
      exec("sed -i s/1/9/ src/a.ts"),
      exec("rm -f README.md; mv src gone; git commit -qam x; git checkout -q -b other"),
      exec("chmod 777 src/a.ts; touch src/a.ts; ln -s /etc/passwd link"),
      exec("cat > by-stdin.txt", { tty: true, yield_time_ms: 250 }),
      call("read_file", { path: "src/a.ts" }),
      call("search", { pattern: "two" }),
      call("code_map", { kind: "map" }),
    ];
    const turn = await thread.say(steps(...written, propose()), { mode: "plan" });
    expect(turn).toMatchObject({ state: "done", commit: null });
    const said = results(thread);
    expect(said.slice(0, 5)).toEqual(
      ["apply_patch", "edit", "write_file", "update_plan", "finish"].map((tool) =>
        expect.stringContaining(`no tool ${tool} in a plan turn`),
      ),
    );
    expect(said.slice(5, 7)).toEqual([
      expect.stringMatching(/Read-only file system/),
      expect.stringMatching(/Read-only file system/),
    ]);
    expect((await thread.diff()).files).toEqual([]);
    expect(readFileSync(`${worktree}/src/a.ts`, "utf8")).toBe(code);
    expect(project.repository.git("-C", worktree, "status", "--porcelain", "--ignored")).toBe("");
  });

  test("is offered no tool that writes", async () => {
    const thread = await project.thread();
    await thread.say(steps(propose()), { mode: "plan" });
    const [request] = daemon.requestsOf(thread);
    expect(request?.tools.map(({ name }) => name)).toEqual([
      "exec_command",
      "write_stdin",
      "read_file",
      "search",
      "code_map",
      "ask_user",
      "propose_plan",
    ]);
  });

  test("does not end without a plan", async () => {
    const thread = await project.thread();
    const said = [{ text: "I know what to do." }, propose()];
    expect(await thread.say(steps(...said), { mode: "plan" })).toMatchObject({ state: "done" });
    expect(JSON.stringify(daemon.requestsOf(thread).at(-1)?.items)).toContain(
      "there is no plan yet: end with propose_plan",
    );
  });

  test("is what a thread in plan mode begins with, until it is switched off", async () => {
    const thread = await project.thread();
    const { client, id: threadId } = thread;
    await client.call("thread/planMode", { threadId, on: true });
    expect(await thread.say(steps(propose()))).toMatchObject({ mode: "plan" });
    await client.call("thread/planMode", { threadId, on: false });
    const { hash } = await client.call("plan/show", { threadId });
    await client.call("plan/reject", { threadId, hash });
    expect(await thread.say("hello")).toMatchObject({ mode: "implement", state: "done" });
  });

  test("follows a rejection with what was said of it", async () => {
    const thread = await project.thread();
    const { client, id: threadId } = thread;
    await thread.say(steps(propose()), { mode: "plan" });
    const { hash } = await client.call("plan/show", { threadId });
    const better = steps(propose({ ...content, goal: "Better." }));
    const answer = await client.call("plan/reject", { threadId, hash, comment: better });
    expect(answer.plan).toMatchObject({ state: "rejected", comment: better });
    expect(await thread.ended(answer.turn?.id ?? ("" as never))).toMatchObject({ mode: "plan" });
    expect(await client.call("plan/show", { threadId })).toMatchObject({
      state: "proposed",
      content: { goal: "Better." },
    });
  });
});

describe("work on a plan", () => {
  test("needs the hash that was approved, of the plan as it stands", async () => {
    const { thread, hash } = await planned();
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
    const { thread, hash } = await planned();
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
    const { thread, hash } = await planned();
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
    ["a rename", exec("mv CHANGELOG.md src/CHANGELOG.md")],
  ])("pauses when %s leaves its files; declined, it is taken back", async (_what, step) => {
    const { thread, hash } = await planned();
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
    const taken = results(thread).filter((text) => text.includes("taken back"));
    expect(taken).toEqual([expect.stringMatching(/taken back: .*The user says: stay inside/)]);
  });

  test("pauses once: what was allowed holds for the rest of the turn, and stands in the report", async () => {
    const { thread, hash } = await planned();
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
    const { thread, hash } = await planned();
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
    const { thread, hash } = await planned();
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
    const { thread, hash: planHash } = await planned();
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
    const { thread, hash } = await planned();
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
    const { thread, hash: planHash } = await planned();
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

  test("small steps add up to the budget", async () => {
    const { thread, hash } = await planned();
    const small = Array.from({ length: 6 }, (_, at) => addFile(`src/n${at}.ts`, "a", "b"));
    await thread.send(steps(...small), { planHash: hash });
    expect((await thread.pending()).subject).toMatchObject({ lines: 12, outside: [] });
    expect(thread.items("fileChange")).toHaveLength(6);
  });
});

test("what a person wrote into the worktree before is no part of a plan turn's work", async () => {
  const thread = await project.thread();
  const { worktree } = await thread.ready();
  writeFileSync(`${worktree}/mine.txt`, "mine\n");
  expect(await thread.say(steps(exec("ls"), propose()), { mode: "plan" })).toMatchObject({
    state: "done",
    commit: null,
  });
  expect(readFileSync(`${worktree}/mine.txt`, "utf8")).toBe("mine\n");
});

test("a kill while a plan's border is asked about asks the same again, once", async () => {
  await using killed = await startTestDaemon();
  const { thread: start } = await killed.project({ "src/a.ts": code, "README.md": "# Sample\n" });
  const thread = await start();
  await thread.say(steps(propose()), { mode: "plan" });
  const { client, id: threadId } = thread;
  const { hash: planHash } = await client.call("plan/show", { threadId });
  await client.call("plan/approve", { threadId, hash: planHash });
  const work = [
    addFile("src/b.ts", "x"),
    exec("echo y > other.txt"),
    setPlan("completed", "completed"),
  ];
  const { id } = await thread.send(steps(...work, { text: "done" }), { planHash });
  const asked = await thread.pending();
  await killed.kill9();
  await killed.restart();
  const { data } = await client.call("approval/list", { threadId });
  expect(data.map((one) => one.id)).toEqual([asked.id]);
  const answer = { type: "decline" } as const;
  await client.call("approval/resolve", { approvalId: asked.id, hash: asked.hash, answer });
  expect(await thread.ended(id)).toMatchObject({ state: "done", report: { left: [] } });
  expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["src/b.ts"]);
  expect(thread.view.approvals).toHaveLength(1);
});
