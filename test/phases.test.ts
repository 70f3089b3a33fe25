import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, code, content, PlanArena, propose } from "./support/plan-arena.ts";
import { addFile, exec, steps } from "./support/steps.ts";
import type { TestProject } from "./support/test-daemon.ts";

let arena: PlanArena;
let project: TestProject;
beforeAll(async () => {
  arena = await PlanArena.start();
  project = arena.project;
});
afterAll(() => arena[Symbol.asyncDispose]());

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
    const said = arena.results(thread);
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
    const [request] = arena.daemon.requestsOf(thread);
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
    expect(JSON.stringify(arena.daemon.requestsOf(thread).at(-1)?.items)).toContain(
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
