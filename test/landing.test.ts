import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";
import { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const done: Step = { text: "done" };
const numbers = Array.from({ length: 30 }, (_, line) => `line ${line + 1}`).join("\n");

test("three threads land one after another on a target that moves, each checked on the merged tree", async () => {
  const { repository, thread: start } = await daemon.project(
    { "a.txt": `${numbers}\n` },
    { checks: ["test -f a.txt && cat *.txt > /dev/null"] },
  );
  const first = repository.git("rev-parse", "main");
  const threads = await Promise.all([5, 15, 25].map((line) => start({ title: `line ${line}` })));
  await Promise.all(
    threads.map((thread, index) => {
      const line = `line ${5 + index * 10}`;
      return thread.say(
        steps(
          replaceLine("a.txt", line, `${line} by ${index}`),
          addFile(`${index}.txt`, "new"),
          done,
        ),
      );
    }),
  );
  const landings = await Promise.all(threads.map((thread) => thread.land()));
  for (const landing of landings) {
    expect(landing).toMatchObject({
      state: "landed",
      failure: null,
      checks: [{ command: "test -f a.txt && cat *.txt > /dev/null", exitCode: 0 }],
    });
  }
  const changed = [5, 15, 25].reduce(
    (text, line, index) => text.replace(`line ${line}\n`, `line ${line} by ${index}\n`),
    `${numbers}\n`,
  );
  expect(repository.read("a.txt")).toBe(changed);
  expect(repository.git("status", "--porcelain")).toBe("");
  expect(repository.git("rev-list", "--merges", "main")).toBe("");
  expect(repository.git("rev-list", "--count", "main")).toBe("4");
  expect(repository.git("merge-base", first, "main")).toBe(first);
  expect(repository.git("log", "-1", "--format=%an <%ae>", "main")).toBe("Ada <ada@example.org>");
  expect(
    repository.git("log", "--format=%(trailers:key=Heddle-Thread,valueonly)", "main"),
  ).toContain(threads[0]?.id);
});

test("a landed thread goes on from the target, and lands again", async () => {
  const { repository, thread: start } = await daemon.project();
  const thread = await start();
  await thread.say(steps(addFile("b.txt", "two"), done));
  const { commit } = await thread.land();
  await thread.until(({ thread }) => thread.status === "idle" && thread.landedCommit === commit);
  expect(thread.view.thread).toMatchObject({ baseCommit: commit, landedCommit: commit });
  expect((await thread.diff()).files).toEqual([]);
  await thread.say(steps(exec("cat b.txt"), replaceLine("b.txt", "two", "three"), done));
  expect(thread.lastOutput()).toBe("two\n");
  expect(await thread.land()).toMatchObject({ state: "landed" });
  expect(repository.read("b.txt")).toBe("three\n");
});

test("a squashed landing is one commit, named after the thread", async () => {
  const { repository, thread: start } = await daemon.project();
  const thread = await start({ title: "All at once" });
  await thread.say(steps(addFile("b.txt", "two"), done));
  await thread.say(steps(addFile("c.txt", "three"), done));
  expect(await thread.land({ squash: true })).toMatchObject({ state: "landed" });
  expect(repository.git("log", "--format=%s", "main")).toBe("All at once\nstart");
  expect(repository.read("c.txt")).toBe("three\n");
});

test("what was changed by hand in the worktree lands, too", async () => {
  const { repository, thread: start } = await daemon.project();
  const thread = await start();
  const { worktree } = await thread.ready();
  writeFileSync(join(worktree, "hand.txt"), "by hand\n");
  expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["hand.txt"]);
  expect(await thread.land()).toMatchObject({ state: "landed" });
  expect(repository.read("hand.txt")).toBe("by hand\n");
});

test("a target that is not checked out moves, and the user's checkout stays as it is", async () => {
  const { repository, project } = await daemon.project();
  repository.git("branch", "next");
  const client = await daemon.client();
  const { id } = await client.call("thread/start", {
    projectId: project.id,
    title: "x",
    target: "next",
  });
  await using thread = new TestThread(client, id);
  repository.write({ "dirty.txt": "mine\n" });
  await thread.say(steps(addFile("b.txt", "two"), done));
  expect(await thread.land()).toMatchObject({ state: "landed", target: "next" });
  expect(repository.show("b.txt", "next")).toBe("two");
  expect(existsSync(join(repository.path, "b.txt"))).toBe(false);
  expect(repository.read("dirty.txt")).toBe("mine\n");
});

describe("a landing is refused, and nothing is changed,", () => {
  test("when the target's checkout has changes: it names the files", async () => {
    const { repository, thread: start } = await daemon.project({
      "a.txt": "one\n",
      "b.txt": "b\n",
    });
    const thread = await start();
    await thread.say(steps(replaceLine("a.txt", "one", "two"), done));
    repository.write({ "b.txt": "mine\n" });
    const before = repository.git("rev-parse", "main");
    const landing = await thread.land();
    expect(landing).toMatchObject({
      state: "refused",
      commit: null,
      failure: { kind: "targetDirty", details: { files: ["b.txt"] } },
    });
    expect(landing.failure?.message).toContain("b.txt");
    expect(repository.git("rev-parse", "main")).toBe(before);
    expect(repository.read("a.txt")).toBe("one\n");
    expect(repository.read("b.txt")).toBe("mine\n");
    repository.git("checkout", "b.txt");
    expect(await thread.land()).toMatchObject({ state: "landed" });
  });

  test("when an untracked file stands in the way", async () => {
    const { repository, thread: start } = await daemon.project();
    const thread = await start();
    await thread.say(steps(addFile("new.txt", "theirs"), done));
    repository.write({ "new.txt": "mine\n" });
    expect(await thread.land()).toMatchObject({
      state: "refused",
      failure: { kind: "targetDirty", details: { files: ["new.txt"] } },
    });
    expect(repository.read("new.txt")).toBe("mine\n");
  });

  test("when both have changed the same line: it names the files, and the thread goes on", async () => {
    const { repository, thread: start } = await daemon.project();
    const thread = await start();
    await thread.say(steps(replaceLine("a.txt", "one", "theirs"), done));
    const mine = repository.commit("mine", { "a.txt": "mine\n" });
    expect(await thread.land()).toMatchObject({
      state: "refused",
      failure: { kind: "landingConflict", details: { files: ["a.txt"] } },
    });
    expect(repository.git("rev-parse", "main")).toBe(mine);
    await thread.until(({ thread }) => thread.status === "idle");
    expect(await thread.say("[[say n=1]]")).toMatchObject({ state: "done" });
  });

  test("when the thread has changed since it was reviewed", async () => {
    const { repository, thread: start } = await daemon.project();
    const thread = await start();
    await thread.say(steps(addFile("b.txt", "two"), done));
    const { treeHash } = await thread.diff();
    await thread.say(steps(exec("echo more >> b.txt"), done));
    const now = await thread.diff();
    await expect(thread.land({ treeHash })).rejects.toMatchObject({
      kind: "staleReview",
      details: { treeHash: now.treeHash },
    });
    expect(repository.git("log", "--format=%s", "main")).toBe("start");
    expect(await thread.land()).toMatchObject({ state: "landed" });
  });

  test("when a check fails on the merged tree, though it passes on the thread's own", async () => {
    const { repository, thread: start } = await daemon.project(
      { "a.txt": "one\n" },
      { checks: ["true", "echo looking; test ! -f forbidden.txt", "echo never"] },
    );
    const thread = await start();
    await thread.say(steps(addFile("b.txt", "two"), done));
    const tip = repository.commit("forbid", { "forbidden.txt": "x\n" });
    expect(await thread.land()).toMatchObject({
      state: "refused",
      commit: null,
      failure: {
        kind: "checkFailed",
        details: { command: "echo looking; test ! -f forbidden.txt", exitCode: 1 },
      },
      checks: [{ exitCode: 0 }, { exitCode: 1, output: "looking\n" }],
    });
    expect(repository.git("rev-parse", "main")).toBe(tip);
    expect(existsSync(join(repository.path, "b.txt"))).toBe(false);
    expect(repository.git("worktree", "list").split("\n")).toHaveLength(2);
  });

  test("while a turn of the thread is running", async () => {
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.send("[[hang]]");
    await thread.until(({ thread }) => thread.status === "running");
    await expect(thread.land()).rejects.toMatchObject({ kind: "threadBusy" });
    await thread.client.call("turn/interrupt", { turnId: turn.id });
    await thread.ended(turn.id);
  });

  test("when there is nothing to land", async () => {
    const { repository, thread: start } = await daemon.project();
    const thread = await start();
    await thread.ready();
    const before = repository.git("rev-parse", "main");
    const kind = await thread.land().then(
      ({ failure }) => failure?.kind,
      (error: { kind: string }) => error.kind,
    );
    expect(kind).toBe("nothingToLand");
    expect(repository.git("rev-parse", "main")).toBe(before);
  });
});

test("a turn that is sent while a landing runs waits for it", async () => {
  const { thread: start } = await daemon.project({}, { checks: ["sleep 0.5"] });
  const thread = await start();
  await thread.say(steps(addFile("b.txt", "two"), done));
  const landing = thread.land();
  await thread.until(({ thread }) => thread.status === "landing");
  const turn = await thread.say("[[say n=1]]");
  const { completedAt } = await landing;
  expect(turn.startedAt).toBeGreaterThanOrEqual(completedAt ?? Number.POSITIVE_INFINITY);
});

test("a landing in which the daemon was killed is refused or landed, and never half", async () => {
  await using killed = await startTestDaemon();
  const checks = ['case "$PWD" in */scratch/*) sleep 30;; esac'];
  const { repository, thread: start } = await killed.project({}, { checks });
  const thread = await start();
  await thread.say(steps(addFile("b.txt", "two"), done));
  const landing = thread.land();
  await thread.until(({ landings }) => landings[0]?.state === "checking");
  // Nothing has been moved yet, so even what looks as if it had been is the user's own.
  repository.write({ "b.txt": "two\n" });
  await killed.kill9();
  await killed.restart();
  expect(await landing).toMatchObject({ state: "refused", failure: { kind: "interrupted" } });
  expect(repository.git("log", "--format=%s", "main")).toBe("start");
  expect(repository.git("status", "--porcelain")).toBe("?? b.txt");
  await thread.until(({ thread }) => thread.status === "idle");
});
