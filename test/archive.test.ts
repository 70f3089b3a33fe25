import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const done: Step = { text: "done" };

async function interrupt(thread: TestThread, turnId: string): Promise<boolean> {
  const { interrupted } = await thread.client.call("turn/interrupt", { turnId: turnId as never });
  return interrupted;
}

describe("an archived thread", () => {
  test("leaves no worktree, and its unlanded work under a ref", async () => {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    await thread.say(steps(addFile("committed.txt", "x"), done));
    writeFileSync(join(worktree, "dirty.txt"), "y\n");
    const { salvage } = await thread.client.call("thread/archive", { threadId: thread.id });
    expect(salvage).toBe(`refs/heddle/salvage/${thread.id}`);
    expect(existsSync(worktree)).toBe(false);
    expect(project.repository.show("committed.txt", salvage ?? "")).toBe("x");
    expect(project.repository.show("dirty.txt", salvage ?? "")).toBe("y");
    expect(project.repository.git("worktree", "list")).not.toContain(worktree);
  });

  test("leaves no branch and no checkpoint, since all of it is under that ref", async () => {
    const thread = await project.thread();
    const { branch } = await thread.ready();
    const { commit } = await thread.say(steps(addFile("kept.txt", "x"), done));
    const refs = () => project.repository.git("for-each-ref", "--format=%(refname)");
    expect(refs()).toContain(`refs/heddle/checkpoints/${thread.id}`);
    const { salvage } = await thread.client.call("thread/archive", { threadId: thread.id });
    expect(refs()).not.toContain(`refs/heads/${branch}\n`);
    expect(refs()).not.toContain(`refs/heddle/checkpoints/${thread.id}`);
    expect(project.repository.git("rev-parse", salvage ?? "")).toBe(commit);
  });

  test("keeps a branch that somebody else has checked out", async () => {
    const thread = await project.thread();
    const { branch } = await thread.ready();
    const { repository } = project;
    const elsewhere = join(daemon.root, "elsewhere");
    await thread.say(steps(addFile("kept.txt", "x"), done));
    repository.git("worktree", "add", "-q", "--force", elsewhere, branch ?? "");
    await thread.client.call("thread/archive", { threadId: thread.id });
    expect(repository.git("branch", "--list", branch ?? "")).toContain(branch);
    repository.git("worktree", "remove", elsewhere);
  });

  test("keeps nothing when all has landed", async () => {
    const thread = await project.thread();
    await thread.say(steps(addFile("all.txt", "x"), done));
    await thread.land();
    await thread.until(({ thread }) => thread.landedCommit !== null && thread.status === "idle");
    const archived = await thread.client.call("thread/archive", { threadId: thread.id });
    expect(archived).toMatchObject({
      salvage: null,
      thread: { status: "archived", worktree: null },
    });
  });

  test("can still be read, and takes no more turns", async () => {
    const thread = await project.thread();
    await thread.say("[[say n=1]]");
    await thread.client.call("thread/archive", { threadId: thread.id });
    expect((await thread.read()).turns).toHaveLength(1);
    await expect(thread.send("hi")).rejects.toMatchObject({ kind: "threadArchived" });
    await expect(thread.diff()).rejects.toMatchObject({ kind: "threadArchived" });
    await expect(thread.land({ treeHash: "0".repeat(40) })).rejects.toMatchObject({
      kind: "threadArchived",
    });
    const { data } = await thread.client.call("thread/list", { limit: 500 });
    expect(data.map(({ id }) => id)).not.toContain(thread.id);
  });

  test("is not made of a thread in which a turn runs, until that has ended", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[hang]]");
    await thread.until(({ thread }) => thread.status === "running");
    const archive = () => thread.client.call("thread/archive", { threadId: thread.id });
    await expect(archive()).rejects.toMatchObject({
      kind: "threadBusy",
      message: expect.stringContaining("interrupt"),
    });
    await interrupt(thread, turn.id);
    await thread.ended(turn.id);
    expect(await archive()).toMatchObject({ thread: { status: "archived" } });
  });

  test("leaves no turn of it in the queue", async () => {
    await using limited = await startTestDaemon({ config: "[threads]\nmax_running = 1" });
    const { thread: start } = await limited.project();
    const [busy, waiting] = [await start(), await start()];
    await waiting.ready();
    const running = await busy.send("[[hang]]");
    await busy.until(({ thread }) => thread.status === "running");
    const queued = await waiting.send("[[say]]");
    await waiting.client.call("thread/archive", { threadId: waiting.id });
    expect(await waiting.ended(queued.id)).toMatchObject({ state: "interrupted" });
    await interrupt(busy, running.id);
    await busy.ended(running.id);
  });

  test("says which folders are repositories of their own, and keeps their files at the archive", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec("git init -q inner && echo deep > inner/deep.txt"), done));
    expect(await thread.diff()).toMatchObject({ files: [], nestedRepositories: ["inner"] });
    const { salvage } = await thread.client.call("thread/archive", { threadId: thread.id });
    expect(project.repository.show("inner/deep.txt", salvage ?? "")).toBe("deep");
  });
});
