import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Item, Part, TurnId } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exec, held, type Step, steps } from "./support/steps.ts";
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
/** Runs until `goOn`, so that whatever is sent meanwhile comes in the middle of the turn. */

async function untilHeld(thread: TestThread): Promise<void> {
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
}

async function goOn(thread: TestThread): Promise<void> {
  const { worktree } = await thread.ready();
  writeFileSync(join(worktree, "go"), "");
}

function steer(thread: TestThread, text: string | Part[], more: { turnId?: TurnId } = {}) {
  const input = typeof text === "string" ? [{ type: "text" as const, text }] : text;
  return thread.client.call("turn/steer", { threadId: thread.id, input, ...more });
}

/** What each request of the thread carried last: a user's words, or the type of another entry. */
function lastOfRequests(thread: TestThread): unknown[] {
  return daemon.requestsOf(thread).map(({ items }) => wordsOf(items.at(-1)));
}

function wordsOf(item: Readonly<Record<string, unknown>> | undefined): unknown {
  const [part] = Array.isArray(item?.content) ? (item.content as { text?: string }[]) : [];
  return part?.text ?? item?.type;
}

/** How often the model's newest request holds a text. */
function told(thread: TestThread, text: string): number {
  return JSON.stringify(daemon.requestsOf(thread).at(-1)?.items).split(text).length - 1;
}

function messageStates(thread: TestThread): [text: string, state: Item["state"]][] {
  return thread
    .items("userMessage")
    .map(({ input, state }) => [input[0]?.type === "text" ? input[0].text : "", state]);
}

describe("a message that steers", () => {
  test("joins the turn that runs: the model is told behind the results of its calls", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(held, exec("echo next"), done));
    await untilHeld(thread);
    const { turn: joined, item } = await steer(thread, "use tabs");
    expect(joined.id).toBe(turn.id);
    expect(item).toMatchObject({ type: "userMessage", turnId: turn.id, state: "running" });
    await steer(thread, "and be quick");
    await goOn(thread);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done", summary: "done" });
    expect(lastOfRequests(thread).slice(1)).toEqual(["and be quick", "function_call_output"]);
    const [, second] = daemon.requestsOf(thread);
    expect(second?.items.slice(-3).map(wordsOf)).toEqual([
      "function_call_output",
      "use tabs",
      "and be quick",
    ]);
    expect(messageStates(thread).slice(1)).toEqual([
      ["use tabs", "completed"],
      ["and be quick", "completed"],
    ]);
    expect(thread.view.turns).toHaveLength(1);
  });

  test.each([
    ["a message", done],
    ["finish", { calls: [{ tool: "finish", input: { summary: "done" } }] }],
  ])("keeps a turn going that was about to end with %s", async (_, last) => {
    const thread = await project.thread();
    const turn = await thread.send(steps({ ...last, delayMs: 300 }));
    await thread.until(({ turns }) => turns[0]?.state === "sampling");
    await steer(thread, "one thing more");
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done", summary: "ok" });
    expect(lastOfRequests(thread)).toEqual([expect.any(String), "one thing more"]);
    expect(thread.items("agentMessage").map(({ text }) => text)).toEqual(["done", "ok"]);
  });

  test("waits with the turn for an approval, and is told after it", async () => {
    const thread = await project.thread({ policy: "ask" });
    const turn = await thread.send(steps(exec("true"), done));
    const { id: approvalId, hash } = await thread.pending();
    await steer(thread, "think first");
    const answer = { type: "accept", scope: "once" } as const;
    await thread.client.call("approval/resolve", { approvalId, hash, answer });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(lastOfRequests(thread).at(-1)).toBe("think first");
  });

  test("joins a turn that has not begun, before which others wait for nothing", async () => {
    const thread = await project.thread();
    const running = await thread.send(steps(held, done));
    const queued = await thread.send("[[say n=1]]");
    const { item } = await steer(thread, "for later", { turnId: queued.id });
    expect(item).toMatchObject({ turnId: queued.id });
    await goOn(thread);
    await thread.ended(running.id);
    expect(told(thread, "for later")).toBe(0);
    expect(await thread.ended(queued.id)).toMatchObject({ state: "done" });
    expect(lastOfRequests(thread).at(-1)).toBe("for later");
  });

  test("starts a turn where none goes on", async () => {
    const thread = await project.thread();
    const before = await thread.say("[[say n=1]]");
    const { turn, item } = await steer(thread, "[[say n=2]]");
    expect(item).toBeNull();
    expect(turn.id).not.toBe(before.id);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
  });

  test("is refused for a turn that has ended, and for one of another thread", async () => {
    const [thread, other] = [await project.thread(), await project.thread()];
    const ended = await thread.say("[[say n=1]]");
    await expect(steer(thread, "late", { turnId: ended.id })).rejects.toMatchObject({
      kind: "conflict",
    });
    const queued = await other.send("[[hang]]");
    await expect(steer(thread, "wrong", { turnId: queued.id })).rejects.toMatchObject({
      kind: "conflict",
    });
    await other.client.call("turn/interrupt", { turnId: queued.id });
    await other.ended(queued.id);
  });

  test("with a file that cannot be read is refused, and the turn goes on without it", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(held, done));
    await untilHeld(thread);
    const input = [
      { type: "text" as const, text: "see" },
      { type: "file" as const, path: "none.txt" },
    ];
    await expect(steer(thread, input)).rejects.toMatchObject({
      message: expect.stringContaining("none.txt"),
    });
    await steer(thread, [{ type: "file", path: "a.txt" }]);
    await goOn(thread);
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.items("userMessage")).toHaveLength(2);
    expect(told(thread, "<file path=")).toBe(1);
  });

  test("is sent once however often it is repeated with its key", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(held, done));
    await untilHeld(thread);
    const params = {
      threadId: thread.id,
      input: [{ type: "text" as const, text: "once only" }],
      idempotencyKey: "steer-1",
    };
    const first = await thread.client.call("turn/steer", params);
    expect(await thread.client.call("turn/steer", params)).toEqual(first);
    await goOn(thread);
    await thread.ended(turn.id);
    expect(told(thread, "once only")).toBe(1);
  });
});

describe("a message that nobody read before its turn was interrupted", () => {
  async function interruptedUnread(): Promise<{ thread: TestThread; turnId: TurnId }> {
    const thread = await project.thread();
    const { id: turnId } = await thread.send(steps(held, done));
    await untilHeld(thread);
    await steer(thread, "unread words");
    return { thread, turnId };
  }

  test("stays visible and is told first in the next turn, once", async () => {
    const { thread, turnId } = await interruptedUnread();
    await thread.client.call("turn/interrupt", { turnId });
    await thread.ended(turnId);
    expect(messageStates(thread).at(-1)).toEqual(["unread words", "interrupted"]);
    const next = await thread.say("[[say n=1]]");
    expect(messageStates(thread)).toEqual([
      [expect.any(String), "completed"],
      ["unread words", "completed"],
      ["[[say n=1]]", "completed"],
    ]);
    expect(thread.items("userMessage")[1]).toMatchObject({ turnId: next.id });
    const { items } = daemon.requestsOf(thread).at(-1) ?? { items: [] };
    expect(items.slice(-2).map(wordsOf)).toEqual(["unread words", "[[say n=1]]"]);
    await thread.say("[[say n=1]]");
    expect(told(thread, "unread words")).toBe(1);
    const read = await thread.read();
    expect(thread.view).toMatchObject({ turns: read.turns, items: read.items });
  });

  test("goes into the turn that waits behind it", async () => {
    const { thread, turnId } = await interruptedUnread();
    const queued = await thread.send("[[say n=1]]");
    await thread.client.call("turn/interrupt", { turnId });
    expect(await thread.ended(queued.id)).toMatchObject({ state: "done" });
    expect(told(thread, "unread words")).toBe(1);
    expect(messageStates(thread)[1]).toEqual(["unread words", "completed"]);
  });
});

describe("a daemon that was killed", () => {
  test.each(["kill9" as const, "stop" as const])(
    "(%s) with a message unread tells it once, after it has judged what ran",
    async (end) => {
      await using own = await startTestDaemon();
      const { thread: start } = await own.project();
      const thread = await start();
      const turn = await thread.send(steps(held, exec("echo next"), done));
      await untilHeld(thread);
      await steer(thread, "kept words");
      await own[end]();
      await own.restart();
      expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
      const requests = own.requestsOf(thread).map(({ items }) => JSON.stringify(items));
      expect(requests.at(-1)?.split("kept words")).toHaveLength(2);
      expect(requests.at(-1)).toContain("not run again");
      expect(messageStates(thread).at(-1)).toEqual(["kept words", "completed"]);
      await own[end]();
      await own.restart();
      await thread.say("[[say n=1]]");
      const last = JSON.stringify(own.requestsOf(thread).at(-1)?.items);
      expect(last.split("kept words")).toHaveLength(2);
    },
  );
});
