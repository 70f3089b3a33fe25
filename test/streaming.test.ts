import { once } from "node:events";
import {
  applyThreadEvent,
  type ItemDelta,
  type SequencedThreadEvent,
  type ThreadEventNotice,
  type ThreadView,
} from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, RawSocket, request } from "./support/raw-socket.ts";
import { addFile, exec, faulty, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** The whole log of a thread, as a client that begins at the beginning gets it. */
async function wholeLog(thread: TestThread): Promise<SequencedThreadEvent[]> {
  const events: SequencedThreadEvent[] = [];
  for (let live = false, seq = 0; !live; ) {
    const page = await thread.client.call("thread/subscribe", {
      threadId: thread.id,
      afterSeq: seq,
    });
    events.push(...page.events);
    ({ live, seq } = page);
  }
  return events;
}

function fold(events: readonly SequencedThreadEvent[]): ThreadView | undefined {
  return events.reduce<ThreadView | undefined>(applyThreadEvent, undefined);
}

describe("a connection that breaks in mid-stream", () => {
  test("is made again without a gap: the text is the same as the one that is stored", async () => {
    const client = await daemon.connect("broken");
    const thread = await project.thread({ client });
    const turn = await thread.send("[[say n=600 rate=400]]");
    for (const length of [300, 900, 1800]) {
      await thread.streamed(length);
      client.breakConnection();
    }
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    const [message] = thread.items("agentMessage");
    const streamed = thread.texts.get(message?.id as never);
    expect(streamed?.split(" ")).toHaveLength(600);
    expect(streamed).toBe(message?.text);
    expect(streamed).toBe(await thread.wholeText(message?.id));
    expect(thread.events.map(({ seq }) => seq)).toEqual(thread.events.map((_, index) => index + 1));
  });

  test("brings the answer to a call that was under way, and its effect happened once", async () => {
    const client = await daemon.connect("calling");
    const calls = Array.from({ length: 5 }, (_, index) =>
      client.call("task/create", { projectId: project.project.id, title: `broken ${index}` }),
    );
    client.breakConnection();
    const made = await Promise.all(calls);
    const { data } = await client.call("task/list", { projectId: project.project.id, limit: 500 });
    const found = data.filter(({ title }) => title.startsWith("broken"));
    expect(found.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
  });

  test("can be closed while a thread is followed, which ends what follows it", async () => {
    const client = await daemon.connect("leaving");
    const { id } = await client.call("thread/start", { projectId: project.project.id, title: "x" });
    const following = (async () => {
      for await (const _ of client.followThread(id));
    })();
    await client.call("daemon/status", {});
    client.close();
    await following;
    await expect(client.call("daemon/status", {})).rejects.toMatchObject({ kind: "disconnected" });
  });

  test("can be closed right after a follower has left", async () => {
    const client = await daemon.connect("leaving twice");
    const { id } = await client.call("thread/start", { projectId: project.project.id, title: "x" });
    const stop = new AbortController();
    const following = (async () => {
      for await (const _ of client.followThread(id, { signal: stop.signal }));
    })();
    await client.call("daemon/status", {});
    stop.abort();
    expect(() => client.close()).not.toThrow();
    await following;
  });
});

describe("a client that comes late", () => {
  test("gets the text so far of what streams, and goes on from there", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[say n=400 rate=400]]");
    const itemId = await thread.streamed(300);
    await using raw = await RawSocket.open(daemon.paths.socket);
    const answer = await raw.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
    const { streaming } = answer.result as { streaming: { itemId: string; text: string }[] };
    expect(streaming).toMatchObject([{ itemId, text: expect.any(String) }]);
    expect(streaming[0]?.text.length).toBeGreaterThanOrEqual(300);
    let text = streaming[0]?.text ?? "";
    for (;;) {
      const notice = (await raw.next()) as RawAnswer;
      if (notice.method === "thread/event") {
        const { event } = notice.params as ThreadEventNotice;
        if (event.type === "turnCompleted") break;
      } else {
        const { offset, text: more } = notice.params as ItemDelta;
        expect(offset).toBe(text.length);
        text += more;
      }
    }
    await thread.ended(turn.id);
    expect(text).toBe(thread.items("agentMessage")[0]?.text);
  });

  test("reads items that still stream with their text so far", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[say n=300 rate=400]]");
    const itemId = await thread.streamed(300);
    const { items } = await thread.read();
    const item = items.find(({ id }) => id === itemId);
    expect(item).toMatchObject({ state: "running", textLength: expect.any(Number) });
    expect(item && "text" in item && item.text.length).toBeGreaterThanOrEqual(300);
    await thread.ended(turn.id);
  });
});

describe("the log of a thread", () => {
  test("folds into exactly what the tables hold, after all that can happen to a thread", async () => {
    const { repository, thread: start } = await daemon.project(
      { "a.txt": "one\n", "b.txt": "two\n" },
      { checks: ["test -f c.txt"] },
    );
    const thread = await start({ policy: "ask" });
    const plan: Step = {
      reasoning: "Let me think.",
      text: "I have a plan.",
      calls: [{ tool: "update_plan", input: { plan: [{ step: "all", status: "completed" }] } }],
    };
    const calls: Step = {
      calls: [
        { tool: "read_file", input: { path: "a.txt" } },
        { tool: "read_file", input: { path: "missing.txt" } },
        { tool: "search", input: { pattern: "two" } },
      ],
    };
    const busy = await thread.send(
      faulty(
        "fault=end at=6 times=2",
        plan,
        calls,
        exec("echo three > c.txt"),
        exec("exit 3"),
        addFile("d.txt", "d"),
        replaceLine("b.txt", "two", "zwei"),
        {
          calls: [{ tool: "finish", input: { summary: "All of it.", checks: [] } }],
        },
      ),
    );
    await answerAll(thread, busy.id, "exit 3");
    expect(await thread.ended(busy.id)).toMatchObject({ state: "done", summary: "All of it." });
    const thoughts = thread.items("reasoning").map(({ state, text }) => [state, text]);
    expect(thoughts).toEqual([
      ["superseded", "Let me "],
      ["superseded", "Let me "],
      ["completed", "Let me think."],
    ]);

    const undone = await thread.send(steps(exec("rm a.txt"), { text: "removed" }));
    await answerAll(thread, undone.id);
    await thread.client.call("thread/undo", { threadId: thread.id });
    const stopped = await thread.send("[[hang]]");
    await thread.until(({ turns }) => turns.at(-1)?.state === "sampling");
    await thread.client.call("turn/interrupt", { turnId: stopped.id });
    await thread.ended(stopped.id);
    expect(await thread.land({ treeHash: "0".repeat(40) }).catch(({ kind }) => kind)).toBe(
      "staleReview",
    );
    expect(await thread.land()).toMatchObject({ state: "landed" });
    expect(repository.show("b.txt")).toBe("zwei");

    const log = await wholeLog(thread);
    const { hasOlder, ...tables } = await thread.read();
    expect(hasOlder).toBe(false);
    expect(fold(log)).toEqual(tables);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(thread.view).toEqual(tables);
    expect(new Set(log.map(({ event }) => event.type))).toEqual(
      new Set([
        ...["threadCreated", "threadUpdated", "turnQueued", "turnUpdated", "turnCompleted"],
        ...["turnsUndone", "itemStarted", "itemUpdated", "itemCompleted"],
        ...["approvalRequested"],
        ...["approvalResolved", "landingQueued", "landingUpdated", "landingCompleted"],
      ]),
    );
  });

  test("folds into what the tables hold for a command that runs on after its call", async () => {
    const thread = await project.thread();
    const wait: Step = { calls: [{ tool: "write_stdin", input: { session_id: 1 } }] };
    await thread.say(
      steps(exec("echo a; sleep 0.4; echo b", { yield_time_ms: 250 }), wait, { text: "ok" }),
    );
    const { hasOlder: _, ...tables } = await thread.read();
    const log = await wholeLog(thread);
    expect(log.map(({ event }) => event.type)).toContain("itemUpdated");
    expect(fold(log)).toEqual(tables);
    expect(thread.lastOutput()).toBe("a\nb\n");
  });
});

/** Accepts whatever the turn asks, but for one command, until it has ended. */
async function answerAll(thread: TestThread, turnId: string, declined?: string): Promise<void> {
  for (;;) {
    const next = await thread.until(({ turns, approvals }) => {
      const ended = turns.some(({ id, completedAt }) => id === turnId && completedAt !== null);
      return ended ? "ended" : approvals.find(({ state }) => state === "pending");
    });
    if (next === "ended") return;
    const { id: approvalId, hash, subject } = next;
    const decline = subject.type === "command" && subject.cmd === declined;
    const answer = decline
      ? ({ type: "decline" } as const)
      : ({ type: "accept", scope: "once" } as const);
    await thread.client.call("approval/resolve", { approvalId, hash, answer });
    await thread.until(({ approvals }) =>
      approvals.every(({ id, state }) => id !== approvalId || state !== "pending"),
    );
  }
}

describe("the daemon's feed", () => {
  test("tells of projects, tasks and threads, gapless and from any point on", async () => {
    const client = await daemon.connect("feed");
    const stop = new AbortController();
    const types: string[] = [];
    const seqs: number[] = [];
    const heard = (async () => {
      for await (const { seq, event } of client.followDaemon({
        afterSeq: 0,
        signal: stop.signal,
      })) {
        seqs.push(seq);
        types.push(event.type);
        if (event.type === "taskChanged" && event.task.title === "the last one") stop.abort();
      }
    })();
    await client.call("task/create", { projectId: project.project.id, title: "the last one" });
    await heard;
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(types).toEqual(
      expect.arrayContaining(["projectChanged", "taskChanged", "threadChanged"]),
    );
  });

  test("is sent to nobody who has left it", async () => {
    await using raw = await RawSocket.open(daemon.paths.socket);
    await raw.ask(request("daemon/subscribe", {}));
    await raw.ask(request("daemon/unsubscribe", {}));
    const { id } = project.project;
    const answer = await raw.ask(
      request("task/create", { projectId: id, title: "unheard" }, "made"),
    );
    expect(answer).toMatchObject({ id: "made" });
  });
});

test("an answer of a subscription comes before the events that follow it", async () => {
  const thread = await project.thread();
  await thread.ready();
  await using raw = await RawSocket.open(daemon.paths.socket);
  raw.send([
    request("turn/start", { threadId: thread.id, input: [{ type: "text", text: "[[say n=5]]" }] }),
    request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }),
  ]);
  const [, first] = [await once(raw.socket, "message"), await raw.next()];
  expect(first).toHaveLength(2);
});
