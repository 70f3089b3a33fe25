import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Turn } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "a.txt": "one\n", ".gitignore": "*.log\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const done: Step = { text: "done" };

async function interrupt(thread: TestThread, turnId: string): Promise<boolean> {
  const { interrupted } = await thread.client.call("turn/interrupt", { turnId: turnId as never });
  return interrupted;
}

/** The paths of a thread's changed files. */
async function changed(thread: TestThread): Promise<string[]> {
  return (await thread.diff()).files.map(({ path }) => path);
}

describe("a thread", () => {
  test("works on a branch and in a worktree of its own; the user's checkout stays as it is", async () => {
    const thread = await project.thread({ title: "Añade una función" });
    const { branch, worktree } = await thread.ready();
    const turn = await thread.say(steps(replaceLine("a.txt", "one", "two"), done));
    expect(branch).toBe("heddle/anade-una-funcion");
    expect(readFileSync(join(worktree, "a.txt"), "utf8")).toBe("two\n");
    expect(project.repository.read("a.txt")).toBe("one\n");
    expect(project.repository.git("status", "--porcelain")).toBe("");
    expect(project.repository.git("rev-parse", branch ?? "")).toBe(turn.commit);
    expect(
      project.repository.git("log", "-1", "--format=%an <%ae>%n%(trailers)", turn.commit ?? ""),
    ).toMatch(new RegExp(`^Ada <ada@example.org>\\n[^]*Heddle-Thread: ${thread.id}`));
  });

  test("has a branch of its own also when several of one title are started at once", async () => {
    const titles = Array.from({ length: 5 }, () => "The same");
    const threads = await Promise.all(titles.map((title) => project.thread({ title })));
    const branches = await Promise.all(
      threads.map(async (thread) => (await thread.ready()).branch),
    );
    expect(branches.toSorted()).toEqual([
      "heddle/the-same",
      ...["heddle/the-same-2", "heddle/the-same-3", "heddle/the-same-4", "heddle/the-same-5"],
    ]);
  });

  test("shows what it changed by file and hunk", async () => {
    const thread = await project.thread();
    await thread.say(steps(replaceLine("a.txt", "one", "two"), addFile("b/c.txt", "new"), done));
    const { files, baseCommit } = await thread.diff();
    expect(baseCommit).toBe(project.repository.git("rev-parse", "main"));
    expect(files).toMatchObject([
      {
        path: "a.txt",
        kind: "modified",
        additions: 1,
        deletions: 1,
        hunks: [{ lines: ["-one", "+two"] }],
      },
      { path: "b/c.txt", kind: "added", additions: 1, deletions: 0, hunks: [{ lines: ["+new"] }] },
    ]);
  });

  test("makes no commit in a turn that changed nothing", async () => {
    const thread = await project.thread();
    expect(await thread.say(steps(exec("cat a.txt"), done))).toMatchObject({
      state: "done",
      commit: null,
    });
  });

  test("has a task, which goes from active to review and to done", async () => {
    const thread = await project.thread();
    const stateOf = async () => {
      const { data } = await thread.client.call("task/list", { limit: 500 });
      return data.find(({ id }) => id === thread.view.thread.taskId)?.state;
    };
    await thread.ready();
    expect(await stateOf()).toBe("active");
    await thread.say(steps(addFile("task.txt", "x"), done));
    expect(await stateOf()).toBe("review");
    await thread.land();
    expect(await stateOf()).toBe("done");
  });

  test("fails to be prepared when its set-up fails, and says with which output", async () => {
    const { thread: start } = await daemon.project({}, { setup: "echo not today; exit 3" });
    const thread = await start();
    const turn = await thread.send("[[say]]");
    const { failure } = await thread.until(({ thread }) => thread.status === "failed" && thread);
    expect(failure).toMatchObject({ kind: "checkFailed", details: { output: "not today\n" } });
    expect(failure?.message).toMatch(/exit 3/);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "failed" });
    await expect(thread.send("[[say]]")).rejects.toMatchObject({ kind: "conflict" });
    expect(await thread.client.call("thread/archive", { threadId: thread.id })).toMatchObject({
      thread: { status: "archived" },
    });
  });

  test("does not take for its work what the set-up made, unless it changes that", async () => {
    const { thread: start, repository } = await daemon.project(
      { "a.txt": "one\n", "lock.txt": "1\n" },
      { setup: "echo made > made.txt; echo made > other.txt; echo 2 > lock.txt" },
    );
    const thread = await start();
    await thread.ready();
    expect(await changed(thread)).toEqual([]);
    const first = await thread.say(steps(replaceLine("a.txt", "one", "two"), done));
    expect(repository.git("show", "--name-only", "--format=", first.commit ?? "")).toBe("a.txt");
    const second = await thread.say(steps(exec("echo mine >> made.txt; cat lock.txt"), done));
    expect(thread.lastOutput()).toBe("2\n");
    expect(repository.git("show", "--name-only", "--format=", second.commit ?? "")).toBe(
      "made.txt",
    );
    await thread.client.call("thread/undo", { threadId: thread.id });
    expect(await changed(thread)).toEqual(["a.txt"]);
    await thread.land();
    await thread.until(({ thread }) => thread.landedCommit !== null && thread.status === "idle");
    expect(await changed(thread)).toEqual([]);
    expect(repository.git("ls-tree", "--name-only", "main").split("\n")).not.toContain("other.txt");
  });

  test("takes files and images as input", async () => {
    const thread = await project.thread();
    const image = join(daemon.root, "dot.png");
    writeFileSync(image, Buffer.from("89504e470d0a1a0a", "hex"));
    await thread.say([
      { type: "text", text: "[[say n=1]]" },
      { type: "file", path: "a.txt" },
      { type: "image", path: image },
    ]);
    const sent = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items);
    expect(sent).toContain('<file path=\\"a.txt\\">\\none\\n\\n</file>');
    expect(sent).toContain("data:image/png;base64,iVBORw0KGgo=");
  });

  test.each([
    ["a file outside of the worktree", { type: "file", path: "../../../../etc/passwd" } as const],
    ["a file that is not there", { type: "file", path: "none.txt" } as const],
    ["an image that is not there", { type: "image", path: "/none.png" } as const],
  ])("fails a turn whose input names %s, without asking the model", async (_, part) => {
    const thread = await project.thread();
    const turn = await thread.say([{ type: "text", text: "[[say]]" }, part]);
    expect(turn).toMatchObject({ state: "failed", usage: { requests: 0 } });
    expect(turn.failure?.kind).not.toBe("internal");
    expect(turn.failure?.message).toContain(part.path);
  });
});

describe("an interrupt", () => {
  test("ends a turn whose model does not answer", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[hang]]");
    await thread.until(({ turns }) => turns[0]?.state === "sampling");
    expect(await interrupt(thread, turn.id)).toBe(true);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "interrupted", failure: null });
    expect(await interrupt(thread, turn.id)).toBe(false);
    await thread.until(({ thread }) => thread.status === "idle");
  });

  test("ends a running command with all of its children, and commits what was changed", async () => {
    const thread = await project.thread();
    const cmd = "echo half > half.txt; (trap '' TERM; sleep 161803) & echo started; wait";
    const turn = await thread.send(steps(exec(cmd), done));
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("started")));
    await interrupt(thread, turn.id);
    expect(await thread.ended(turn.id)).toMatchObject({
      state: "interrupted",
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(thread.items("commandExecution")).toMatchObject([
      { state: "interrupted", text: "started\n" },
    ]);
    expect(await changed(thread)).toEqual(["half.txt"]);
    await thread.say(steps(exec("ps -e -o args= | grep -c 16180[3]"), done));
    expect(thread.lastOutput()).toBe("0\n");
  });

  test("takes a turn out of the queue before it begins", async () => {
    const thread = await project.thread();
    const running = await thread.send("[[hang]]");
    const queued = await thread.send("[[say]]");
    await interrupt(thread, queued.id);
    expect(await thread.ended(queued.id)).toMatchObject({ state: "interrupted", startedAt: null });
    await interrupt(thread, running.id);
    await thread.ended(running.id);
  });

  test("leaves a history that the next turn goes on from", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(exec("echo on; sleep 60"), done));
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("on")));
    await interrupt(thread, turn.id);
    await thread.ended(turn.id);
    expect(await thread.say("[[say n=1]]")).toMatchObject({ state: "done" });
    const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
    const calls = items.filter(({ type }) => type === "function_call").map((item) => item.call_id);
    const results = items.filter(({ type }) => type === "function_call_output");
    expect(results.map((item) => item.call_id)).toEqual(calls);
  });
});

describe("undo", () => {
  test("restores files, shell edits included, and history; ignored files stay", async () => {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    const first = await thread.say(steps(addFile("kept.txt", "kept"), done));
    const second = await thread.say(
      steps(
        replaceLine("a.txt", "one", "two"),
        exec(
          "rm kept.txt; echo x > shell.txt; echo x > x.log; chmod +x a.txt; mkdir d; echo y > d/y",
        ),
        done,
      ),
    );
    expect((await changed(thread)).sort()).toEqual(["a.txt", "d/y", "shell.txt"]);
    const { undone } = await thread.client.call("thread/undo", { threadId: thread.id });
    expect(undone).toEqual([second.id]);
    expect(await changed(thread)).toEqual(["kept.txt"]);
    expect(readFileSync(join(worktree, "a.txt"), "utf8")).toBe("one\n");
    expect(existsSync(join(worktree, "d"))).toBe(false);
    expect(readFileSync(join(worktree, "x.log"), "utf8")).toBe("x\n");
    const { branch } = thread.view.thread;
    expect(project.repository.git("rev-parse", branch ?? "")).toBe(first.commit);
    expect((await thread.read()).turns.map(({ id }) => id)).toEqual([first.id]);

    await thread.say("[[say n=1]]");
    const sent = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items);
    expect(sent).toContain("kept.txt");
    expect(sent).not.toContain("shell.txt");
  });

  test("takes several turns back at once, up to the first", async () => {
    const thread = await project.thread();
    const turns = [];
    for (const name of ["1.txt", "2.txt", "3.txt"]) {
      turns.push(await thread.say(steps(addFile(name, "x"), done)));
    }
    const { undone } = await thread.client.call("thread/undo", { threadId: thread.id, turns: 3 });
    expect(undone).toEqual(turns.map(({ id }) => id));
    expect(await changed(thread)).toEqual([]);
    await expect(thread.client.call("thread/undo", { threadId: thread.id })).rejects.toMatchObject({
      kind: "notFound",
    });
    expect(await thread.say(steps(addFile("1.txt", "again"), done))).toMatchObject({
      state: "done",
    });
  });

  test("is refused while a turn runs, and for what has landed", async () => {
    const thread = await project.thread();
    const undo = () => thread.client.call("thread/undo", { threadId: thread.id });
    const turn = await thread.send("[[hang]]");
    await thread.until(({ thread }) => thread.status === "running");
    await expect(undo()).rejects.toMatchObject({ kind: "threadBusy" });
    await interrupt(thread, turn.id);
    await thread.ended(turn.id);
    await thread.say(steps(addFile("landed.txt", "x"), done));
    await thread.land();
    await expect(undo()).rejects.toMatchObject({
      kind: "conflict",
      message: expect.stringContaining("revert it with git"),
    });
  });
});

describe("a limit of one running turn", () => {
  test("runs the turns of several threads one after another, in the order in which they came", async () => {
    await using limited = await startTestDaemon({ config: "[threads]\nmax_running = 1" });
    const { thread: start } = await limited.project();
    const threads = [await start(), await start(), await start()];
    await Promise.all(threads.map((thread) => thread.ready()));
    const turns: Turn[] = [];
    for (const thread of threads) turns.push(await thread.send("[[say n=40 rate=400]]"));
    const ended = await Promise.all(
      threads.map((thread, index) => thread.ended(turns[index]?.id ?? ("" as never))),
    );
    for (const [index, turn] of ended.entries()) {
      expect(turn.state).toBe("done");
      expect(turn.startedAt).toBeGreaterThanOrEqual(ended[index - 1]?.completedAt ?? 0);
    }
  });

  test("a thread's own turns run one after another in any case", async () => {
    const thread = await project.thread();
    const sent = [];
    for (const name of ["1", "2", "3"]) {
      sent.push(await thread.send(steps(exec(`echo ${name} >> order.txt`), done)));
    }
    for (const { id } of sent) expect(await thread.ended(id)).toMatchObject({ state: "done" });
    await thread.say(steps(exec("cat order.txt"), done));
    expect(thread.lastOutput()).toBe("1\n2\n3\n");
  });
});
