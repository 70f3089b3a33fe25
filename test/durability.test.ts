import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Approval } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import BetterSqlite3 from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { RawSocket, request } from "./support/raw-socket.ts";
import { exec, steps } from "./support/steps.ts";
import { startTestDaemon } from "./support/test-daemon.ts";

describe("an idempotency key", () => {
  test("gives the same result however often and from wherever it is sent, also after a restart", async () => {
    await using daemon = await startTestDaemon();
    const { project } = await daemon.project();
    const params = { projectId: project.id, title: "once", idempotencyKey: "key-1" };
    const client = await daemon.client();
    const first = await client.call("task/create", params);
    using other = await daemon.connect("other");
    expect(await other.call("task/create", params)).toEqual(first);
    await daemon.kill9();
    await daemon.restart();
    expect(await client.call("task/create", params)).toEqual(first);
    await daemon.stop();
    await daemon.restart();
    expect(await client.call("task/create", params)).toEqual(first);
    expect((await client.call("task/list", { projectId: project.id })).data).toEqual([first]);
  });

  test("that comes twice at once does the work once", async () => {
    await using daemon = await startTestDaemon();
    const { project } = await daemon.project();
    await using raw = await RawSocket.open(daemon.paths.socket);
    const params = { projectId: project.id, title: "once", idempotencyKey: "key-1" };
    const answers = await raw.askBatch([1, 2, 3].map((id) => request("thread/start", params, id)));
    const results = answers.map(({ result }) => JSON.stringify(result));
    expect(new Set(results).size).toBe(1);
    const { data } = await (await daemon.client()).call("thread/list", { projectId: project.id });
    expect(data).toHaveLength(1);
  });

  test("with other params, or of another method, is refused", async () => {
    await using daemon = await startTestDaemon();
    const { project } = await daemon.project();
    const client = await daemon.client();
    const params = { projectId: project.id, title: "once", idempotencyKey: "key-1" };
    await client.call("task/create", params);
    const conflict = { kind: "idempotencyConflict", details: { key: "key-1" } };
    await expect(client.call("task/create", { ...params, title: "twice" })).rejects.toMatchObject(
      conflict,
    );
    await expect(client.call("thread/start", params)).rejects.toMatchObject(conflict);
  });

  test("with other params is refused also while the first call is under way", async () => {
    await using daemon = await startTestDaemon();
    const [one, two] = [await daemon.project(), await daemon.project()];
    await using raw = await RawSocket.open(daemon.paths.socket);
    const start = (projectId: string, id: string) =>
      request("thread/start", { projectId, title: "x", idempotencyKey: "same" }, id);
    const answers = await raw.askBatch([start(one.project.id, "1"), start(two.project.id, "2")]);
    const kinds = answers.map(({ error }) => error?.data.kind ?? "done");
    expect(kinds.toSorted()).toEqual(["done", "idempotencyConflict"]);
  });

  test("is free again after a call that failed", async () => {
    await using daemon = await startTestDaemon();
    const { project, repository } = await daemon.project();
    const client = await daemon.client();
    const params = { projectId: project.id, title: "x", target: "next", idempotencyKey: "key" };
    await expect(client.call("thread/start", params)).rejects.toMatchObject({ kind: "notFound" });
    repository.git("branch", "next");
    expect(await client.call("thread/start", params)).toMatchObject({ target: "next" });
  });
});

describe("a daemon that was killed", () => {
  test("in mid-stream has kept everything that was acknowledged, and goes on by itself", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start();
    const done = await thread.say(steps(exec("echo kept > kept.txt"), { text: "kept" }));
    const cut = await thread.send("[[say n=600 rate=400]]");
    const queued = await thread.send(steps(exec("cat kept.txt"), { text: "after" }));
    const itemId = await thread.streamed(400);
    await thread.until(() => savedText(daemon.paths.state, itemId).length >= 100);
    await daemon.kill9();
    await daemon.restart();

    expect(await thread.ended(cut.id)).toMatchObject({ state: "done", failure: null });
    expect(await thread.ended(queued.id)).toMatchObject({ state: "done", summary: "after" });
    const { turns, items } = await thread.read();
    expect(turns.map(({ id, state }) => [id, state])).toEqual(
      [done, cut, queued].map(({ id }) => [id, "done"]),
    );
    const partial = items.find(({ id }) => id === itemId);
    expect(partial).toMatchObject({ type: "agentMessage", state: "superseded" });
    const text = partial && "text" in partial ? partial.text : "";
    expect(text.length).toBeGreaterThanOrEqual(100);
    const again = items.filter(({ turnId, type }) => turnId === cut.id && type === "agentMessage");
    expect(again.map(({ state }) => state)).toEqual(["superseded", "completed"]);
    expect(thread.lastOutput()).toBe("kept\n");
    expect(thread.view).toMatchObject({ turns, items });
  });

  test("while an approval waited shows it again, and its answer still counts, once", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start({ policy: "ask" });
    const turn = await thread.send(steps(exec("echo x >> x.txt; cat x.txt"), { text: "done" }));
    const approval = await thread.pending();
    await daemon.kill9();
    await daemon.restart();
    await thread.until(({ turns }) => turns.some(({ state }) => state === "waitingForApproval"));
    expect((await thread.client.call("approval/list", {})).data).toEqual([approval]);
    await accept(thread.client, approval);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.lastOutput()).toBe("x\n");
    expect(thread.view.approvals).toHaveLength(1);
  });

  test("after an approval was answered and before the next daemon heard of it acts on it once", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start({ policy: "ask" });
    const turn = await thread.send(
      steps(exec("echo x >> x.txt; sleep 0.4; cat x.txt"), { text: "done" }),
    );
    await accept(thread.client, await thread.pending());
    await daemon.kill9();
    await daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.view.approvals).toHaveLength(1);
    expect((await thread.diff()).files.map(({ additions }) => additions)).not.toContain(2);
  });

  test("in mid-command leaves no process of it behind, repeats no effect and goes on", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.send(
      steps(
        exec("echo ran >> ran.txt; echo started; sleep 0.5; echo on; sleep 314159"),
        exec("cat ran.txt; ps -e -o args= | grep -c 31415[9]"),
        { text: "done" },
      ),
    );
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("on\n")));
    expect(savedText(daemon.paths.state)).toContain("started");
    await daemon.kill9();
    await daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    const [cut, next] = thread.items("commandExecution");
    expect(cut).toMatchObject({
      state: "interrupted",
      exitCode: null,
      text: expect.stringMatching(/^started\n/),
    });
    expect(next?.text).toBe("ran\n0\n");
    expect(processesWith("314159")).toEqual([]);
    const told = daemon.model.requests().flatMap(({ body }) => JSON.stringify(body));
    expect(told.some((text) => text.includes("it is not run again"))).toBe(true);
  });

  test("after an interrupt was answered ends the turn with what it had done, and begins nothing more", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.send(
      steps(
        exec("echo ran >> ran.txt; echo started; sleep 314160"),
        exec("echo more >> more.txt"),
        { text: "done" },
      ),
    );
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("started")));
    const { interrupted } = await thread.client.call("turn/interrupt", { turnId: turn.id });
    await daemon.kill9();
    await daemon.restart();
    expect(interrupted).toBe(true);
    expect(await thread.ended(turn.id)).toMatchObject({
      state: "interrupted",
      interruptedAt: expect.any(Number),
      commit: expect.any(String),
    });
    expect(thread.items("commandExecution")).toMatchObject([{ state: "interrupted" }]);
    expect((await thread.diff()).files).toMatchObject([{ path: "ran.txt", additions: 1 }]);
    expect(await thread.say(steps(exec("cat ran.txt"), { text: "on" }))).toMatchObject({
      state: "done",
    });
    expect(thread.lastOutput()).toBe("ran\n");
  });

  test("and whose model is gone when it is started again ends the turn with what it had done", async () => {
    const key = { PROVIDER_KEY: "secret-4242" };
    const provider = 'api_key_env = "PROVIDER_KEY"';
    await using daemon = await startTestDaemon({ provider, env: key });
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.send(
      steps(exec("echo ran >> ran.txt; echo started; sleep 314161"), { text: "done" }),
    );
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("started")));
    await daemon.kill9();
    await daemon.restart({ PROVIDER_KEY: "" });
    expect(await thread.ended(turn.id)).toMatchObject({
      state: "failed",
      failure: { kind: "noCredentials" },
      commit: expect.any(String),
    });
    expect(thread.items("commandExecution")).toMatchObject([{ state: "interrupted" }]);
    expect((await thread.diff()).files).toMatchObject([{ path: "ran.txt", additions: 1 }]);
    expect(processesWith("314161")).toEqual([]);
  });

  test("after it wrote to a command does not write again, and says that it cannot know", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.send(
      steps(
        exec("cat >> got.txt", { tty: true, yield_time_ms: 250 }),
        { calls: [{ tool: "write_stdin", input: { session_id: 1, chars: "typed\n" } }] },
        { text: "done" },
      ),
    );
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("typed")));
    await daemon.kill9();
    await daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    const told = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items.at(-1));
    expect(told).toContain("unknown whether it was written");
    const [file] = (await thread.diff()).files;
    expect(file?.additions ?? 0).toBeLessThan(2);
  });

  test("while it asked about the input of a command withdraws that, since the command is gone", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start({ policy: "ask" });
    const turn = await thread.send(
      steps(
        exec("cat", { tty: true, yield_time_ms: 250 }),
        { calls: [{ tool: "write_stdin", input: { session_id: 1, chars: "typed\n" } }] },
        { text: "done" },
      ),
    );
    await accept(thread.client, await thread.pending());
    await thread.until(({ approvals }) => approvals[1]?.subject.type === "input");
    await daemon.kill9();
    await daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.view.approvals.map(({ state }) => state)).toEqual(["accepted", "cancelled"]);
    const told = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items.at(-1));
    expect(told).toContain("nothing was written");
  });

  test("while threads were being prepared prepares them after all", async () => {
    await using daemon = await startTestDaemon();
    const { project, thread: start } = await daemon.project(
      {},
      { setup: "sleep 1; echo made > made.txt" },
    );
    const thread = await start();
    const turn = await thread.send(steps(exec("cat made.txt"), { text: "ok" }));
    await daemon.kill9();
    await daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.lastOutput()).toBe("made\n");
    expect((await thread.client.call("thread/list", { projectId: project.id })).data).toHaveLength(
      1,
    );
  });
});

test("several threads of one title that a killed daemon was preparing are all prepared", async () => {
  await using daemon = await startTestDaemon();
  const { repository, thread: start } = await daemon.project({}, { setup: "sleep 0.5" });
  const titles = Array.from({ length: 4 }, () => "The same");
  const threads = await Promise.all(titles.map((title) => start({ title })));
  await daemon.kill9();
  await daemon.restart();
  const ready = await Promise.all(threads.map((thread) => thread.ready()));
  expect(new Set(ready.map(({ branch }) => branch)).size).toBe(4);
  // The user's own checkout stands in the list, too.
  expect(repository.git("worktree", "list").split("\n")).toHaveLength(5);
});

test("worktrees that git was killed in the midst of adding are cleared, unless they are the user's", async () => {
  await using daemon = await startTestDaemon();
  const { repository, project, thread: start } = await daemon.project();
  const thread = await start();
  const { id: turnId } = await thread.say(steps(exec("echo a > a.txt"), { text: "done" }));
  await daemon.stop();
  const add = (name: string, files: Readonly<Record<string, string>>) => {
    const folder = join(repository.path, ".git/worktrees", name);
    mkdirSync(folder);
    for (const [file, text] of Object.entries({ locked: "initializing", ...files })) {
      writeFileSync(join(folder, file), text);
    }
  };
  const HEAD = `${"0".repeat(40)}\n`;
  const own = join(daemon.paths.state, "worktrees", project.id, "half");
  add("half", { gitdir: `${own}/.git\n`, HEAD, commondir: "" });
  add(turnId, { gitdir: "" });
  add("theirs", { gitdir: `${repository.path}-theirs/.git\n`, HEAD: "" });
  add("someones", { gitdir: "" });
  expect(() => repository.git("branch")).toThrow("commondir");
  await daemon.restart();

  expect(repository.git("branch", "--list", "heddle/*")).not.toBe("");
  expect(readdirSync(join(repository.path, ".git/worktrees")).toSorted()).toEqual(
    [basename((await thread.ready()).worktree), "someones", "theirs"].toSorted(),
  );
  expect(await thread.say(steps(exec("cat a.txt"), { text: "on" }))).toMatchObject({
    state: "done",
  });
});

describe("a daemon that is stopped", () => {
  test("leaves off what runs and exits with 0; the next one goes on with it", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.send(
      steps(exec("echo half > half.txt; echo on; sleep 60"), exec("cat half.txt"), { text: "x" }),
    );
    await thread.until(() => [...thread.texts.values()].some((text) => text.includes("on")));
    expect(await daemon.stop()).toMatchObject({ code: 0, stderr: "" });
    await daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({
      state: "done",
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(thread.lastOutput()).toBe("half\n");
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["half.txt"]);
  });

  test("leaves an approval that waits for the next one", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project();
    const thread = await start({ policy: "ask" });
    const turn = await thread.send(steps(exec("echo x >> x.txt; cat x.txt"), { text: "done" }));
    const approval = await thread.pending();
    await daemon.stop();
    await daemon.restart();
    await accept(thread.client, approval);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.lastOutput()).toBe("x\n");
  });

  test("stops when a client asks it to, and answers that client first", async () => {
    await using daemon = await startTestDaemon();
    using client = await daemon.connect("stopper", "cli");
    expect(await client.call("daemon/stop", {})).toEqual({});
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});

/** Command lines of this machine's processes that hold a text. */
function processesWith(text: string): string[] {
  return globSync("/proc/[0-9]*/cmdline")
    .map((file) => readQuietly(file).replaceAll("\0", " "))
    .filter((line) => line.includes(text) && line.includes("sleep"));
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function accept(client: HeddleClient, { id: approvalId, hash }: Approval) {
  const answer = { type: "accept", scope: "once" } as const;
  return client.call("approval/resolve", { approvalId, hash, answer });
}

/** What the database has of an item's text, or of all items', as another process reads it. */
function savedText(state: string, itemId = "%"): string {
  const db = new BetterSqlite3(join(state, "heddle.db"), { readonly: true });
  try {
    const content = db.prepare<[string], string>("SELECT content FROM item WHERE id LIKE ?");
    return content.pluck().all(itemId).join("\n");
  } finally {
    db.close();
  }
}
