import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  applyThreadEvent,
  type ItemDelta,
  type ItemId,
  newId,
  type SequencedThreadEvent,
  type ThreadEventNotice,
  ThreadId,
  type ThreadView,
} from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, RawSocket, request } from "./support/raw-socket.ts";
import { addFile, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon({ config: "[context]\ntokens = 4000000\n" });
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const frameLimit = 1024 * 1024;

/** A command that prints so many bytes of one kind at once. */
function print(count: number, octal = "170", more = ""): Step {
  const cmd = `head -c ${count} /dev/zero | tr '\\0' '\\${octal}'${more}`;
  return exec(cmd, { max_output_tokens: 100, yield_time_ms: 20_000 });
}

function expectShortFrames({ frames }: RawSocket): void {
  const lengths = frames.map((frame) => Buffer.byteLength(frame));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(frameLimit);
}

/** The whole text of an item, read in ranges. */
async function wholeText(client: HeddleClient, itemId: ItemId): Promise<string> {
  let text = "";
  for (;;) {
    const range = await client.call("item/read", { itemId, offset: text.length });
    text += range.text;
    if (text.length === range.textLength) return text;
  }
}

/** All pages of `thread/read`, put together as one view. */
async function wholeView(raw: RawSocket, threadId: ThreadId): Promise<ThreadView> {
  let view: ThreadView | undefined;
  for (let hasOlder = true; hasOlder; ) {
    const before = view?.items[0]?.id;
    const params = { threadId, limit: 500, ...(before && { before }) };
    const { result } = await raw.ask(request("thread/read", params));
    const { hasOlder: more, ...page } = result as ThreadView & { hasOlder: boolean };
    hasOlder = more;
    view ??= { ...page, items: [], turns: [], approvals: [] };
    const { items, turns, approvals } = view;
    view.items = [...page.items, ...items];
    view.turns = merged(page.turns, turns);
    view.approvals = merged(page.approvals, approvals);
  }
  if (view) return view;
  throw new Error("there is one page at least");
}

function merged<Row extends { id: string }>(older: readonly Row[], newer: readonly Row[]): Row[] {
  const rows = new Map([...older, ...newer].map((row) => [row.id, row]));
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The whole log, in answers of a raw connection. */
async function wholeLog(raw: RawSocket, threadId: ThreadId): Promise<SequencedThreadEvent[]> {
  const events: SequencedThreadEvent[] = [];
  for (let live = false, afterSeq = 0; !live; ) {
    const { result } = await raw.ask(request("thread/subscribe", { threadId, afterSeq }));
    const page = result as { events: SequencedThreadEvent[]; seq: number; live: boolean };
    events.push(...page.events);
    ({ live, seq: afterSeq } = page);
  }
  await raw.ask(request("thread/unsubscribe", { threadId }));
  return events;
}

describe("a frame has 1 MiB at most", () => {
  test("when a thread is read that has printed 16 times 400 KB: it comes in pages", async () => {
    const thread = await project.thread();
    const outputs = Array.from({ length: 16 }, (_, at) =>
      print(400_000, at % 2 ? "042" : "170", ` # ${at}`),
    );
    await thread.say(steps(...outputs, { text: "ok" }));
    await using raw = await RawSocket.open(daemon.paths.socket);
    const view = await wholeView(raw, thread.id);
    const log = await wholeLog(raw, thread.id);
    expect(view).toEqual(log.reduce<ThreadView | undefined>(applyThreadEvent, undefined));
    expectShortFrames(raw);
    expect(raw.frames.length).toBeGreaterThan(16);
    const [first] = thread.items("commandExecution");
    expect(await wholeText(thread.client, first?.id as ItemId)).toBe("x".repeat(400_000));
  });

  test("when thousands of new files are shown: all are counted, as many as fit are listed", async () => {
    const thread = await project.thread();
    const many = exec("mkdir many; seq -w 1 3500 | while read i; do echo $i > many/$i; done", {
      yield_time_ms: 30_000,
    });
    await thread.say(steps(many, { text: "ok" }));
    await using raw = await RawSocket.open(daemon.paths.socket);
    const { result } = await raw.ask(request("thread/diff", { threadId: thread.id }));
    expectShortFrames(raw);
    expect(result).toMatchObject({ truncated: true });
    const { files, omitted } = result as Awaited<ReturnType<typeof thread.diff>> & {
      omitted: { files: number; additions: number };
    };
    expect(files.length).toBeGreaterThan(1000);
    expect(files[0]?.hunks[0]?.lines).toEqual(["+0001"]);
    expect(files.length + omitted.files).toBe(3500);
    expect(files.length + omitted.additions).toBe(3500);
  });

  test("when a command prints a mebibyte of NULs: nobody who reads is cut, and all arrives", async () => {
    const thread = await project.thread();
    await using raw = await RawSocket.open(daemon.paths.socket);
    await raw.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
    await thread.say(steps(print(1024 * 1024, "000"), { text: "ok" }));
    const [item] = thread.items("commandExecution");
    let text = "";
    for (let ended = false; !ended; ) {
      const { method, params } = (await raw.next()) as RawAnswer;
      if (method === "item/delta") {
        const delta = params as ItemDelta;
        expect(delta.offset).toBe(delta.itemId === item?.id ? text.length : delta.offset);
        if (delta.itemId === item?.id) text += delta.text;
      } else {
        ended = (params as ThreadEventNotice).event.type === "turnCompleted";
      }
    }
    expect(text === "\0".repeat(1024 * 1024)).toBe(true);
    expectShortFrames(raw);
    expect(thread.texts.get(item?.id as ItemId) === text).toBe(true);
    expect((await wholeText(thread.client, item?.id as ItemId)) === text).toBe(true);
    expect(daemon.log()).not.toContain("slow client cut");
  });

  test("when the model makes a patch that could not be asked for: it is told, and goes on", async () => {
    const thread = await project.thread({ policy: "ask" });
    const lines = Array.from({ length: 1000 }, () => "織".repeat(100));
    const turn = await thread.say(steps(addFile("big.txt", ...lines), { text: "then not" }));
    expect(turn).toMatchObject({ state: "done", summary: "then not" });
    expect(thread.items("fileChange")).toMatchObject([{ state: "failed" }]);
    expect(thread.view.approvals).toEqual([]);
    const told = JSON.stringify(daemon.requestsOf(thread).at(-1));
    expect(told).toContain("error (tooLarge)");
  });

  test("when input is sent: more than 512 KiB is refused with the advice to name a file", async () => {
    const client = await daemon.connect("wordy");
    const thread = await project.thread({ client });
    for (const text of ["x".repeat(530_000), "織".repeat(200_000), "x".repeat(3_000_000)]) {
      await expect(thread.send(text)).rejects.toMatchObject({
        kind: "tooLarge",
        message: expect.stringContaining("into a file"),
      });
    }
    const long = "\n".repeat(250_000);
    expect(await thread.say(`[[say n=1]]${long}`)).toMatchObject({ state: "done" });
    const [, item] = (await thread.read()).items.toReversed();
    expect(item).toMatchObject({ type: "userMessage", input: [{ text: `[[say n=1]]${long}` }] });
  });
});

describe("a follower has the whole of a text that is longer than events carry", () => {
  const whole = `${"x".repeat(700_000)}${'"'.repeat(300_000)}`;
  const twice = steps(
    print(700_000, "170", "; sleep 1.2; head -c 300000 /dev/zero | tr '\\0' '\"'"),
    {
      text: "ok",
    },
  );

  test("when its connection breaks in the middle, and when the text ends meanwhile", async () => {
    const client = await daemon.connect("broken");
    const thread = await project.thread({ client });
    const turn = await thread.send(twice);
    await thread.streamed(300_000);
    client.breakConnection();
    await thread.streamed(700_000);
    client.breakConnection();
    await thread.ended(turn.id);
    const [item] = thread.items("commandExecution");
    expect(thread.texts.get(item?.id as ItemId) === whole).toBe(true);
    expect(item?.textLength).toBe(whole.length);
  });

  test("when it comes late", async () => {
    const thread = await project.thread();
    const turn = await thread.send(twice);
    const itemId = await thread.streamed(700_000);
    const client = await daemon.connect("late");
    await using late = new TestThread(client, thread.id);
    await late.ended(turn.id);
    expect(late.texts.get(itemId) === whole).toBe(true);
  });
});

describe("a seq that the log has not reached", () => {
  test("is refused as pruned, and followers are told so", async () => {
    const client = await daemon.connect("ahead");
    const thread = await project.thread({ client });
    const { seq } = await thread.read();
    await thread.ready();
    const pruned = { kind: "seqPruned", message: expect.stringContaining("read") };
    const params = { threadId: thread.id, afterSeq: 99_999 };
    await expect(client.call("thread/subscribe", params)).rejects.toMatchObject(pruned);
    await expect(client.call("daemon/subscribe", { afterSeq: 99_999 })).rejects.toMatchObject(
      pruned,
    );
    const thread99 = client.followThread(thread.id, { afterSeq: 99_999 });
    await expect(thread99.next()).rejects.toMatchObject(pruned);
    await expect(client.followDaemon({ afterSeq: 99_999 }).next()).rejects.toMatchObject(pruned);
    const first = await client.followThread(thread.id, { afterSeq: seq }).next();
    expect(first.value).toMatchObject({ seq: seq + 1 });
  });
});

test("the end of one follower takes nothing from another one on the same client", async () => {
  const client = await daemon.connect("two followers");
  const thread = await project.thread({ client });
  const stop = new AbortController();
  const { signal } = stop;
  const threads: ThreadNotice[] = [];
  const first = (async () => {
    for await (const notice of client.followThread(thread.id, { signal })) threads.push(notice);
  })();
  const feed = (async () => {
    for await (const _ of client.followDaemon({ signal }));
  })();
  const titles: string[] = [];
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const other = (async () => {
    for await (const { event } of client.followDaemon()) {
      if (event.type === "taskChanged") titles.push(event.task.title);
      if (titles.includes("heard")) return resolve();
    }
  })();
  await thread.ready();
  stop.abort();
  await Promise.all([first, feed]);
  expect(await thread.say("[[say n=3]]")).toMatchObject({ state: "done" });
  await client.call("task/create", { projectId: project.project.id, title: "heard" });
  await heard;
  await other;
});

describe("one client", () => {
  let silent: ReturnType<typeof createServer>;
  let strained: TestDaemon;
  beforeAll(async () => {
    silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const config = `[providers.silent]\nbase_url = "http://127.0.0.1:${port}/v1"\napi_key_command = "sleep 20; echo key"`;
    strained = await startTestDaemon({ config });
  });
  afterAll(async () => {
    silent.closeAllConnections();
    silent.close();
    await strained[Symbol.asyncDispose]();
  });

  test("is cut when 4 MiB wait behind the answer of its subscription", async () => {
    const { thread: start } = await strained.project();
    const thread = await start();
    await using raw = await RawSocket.open(strained.paths.socket);
    raw.send([
      request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }),
      request("model/list"),
    ]);
    const prints = Array.from({ length: 6 }, (_, at) => print(1_000_000, "170", ` # ${at}`));
    const turn = await thread.say(steps(...prints, { text: "ok" }));
    expect(turn).toMatchObject({ state: "done" });
    expect(await raw.closed).toBe(1006);
    expect(raw.frames).toHaveLength(1);
    expect(strained.log()).toContain('"slow client cut"');
  });

  test("with many diffs under way does not make another wait for them", async () => {
    const { thread: start } = await strained.project();
    const thread = await start();
    await thread.say(steps(exec("seq 1 5000 > numbers.txt"), { text: "ok" }));
    await using raw = await RawSocket.open(strained.paths.socket);
    const other = await strained.connect("other");
    const all = Array.from({ length: 24 }, (_, at) => `diff ${at}`);
    let answered = 0;
    const done = new Promise<void>((resolve) => {
      raw.socket.on("message", () => {
        answered += 1;
        if (answered === all.length) resolve();
      });
    });
    for (const id of all) raw.send(request("thread/diff", { threadId: thread.id }, id));
    await other.call("daemon/status", {});
    expect(answered).toBeLessThan(all.length);
    await done;
  });
});

test("a thread that nobody has is not pruned but unknown", async () => {
  const client = await daemon.connect("lost");
  const params = { threadId: newId(ThreadId), afterSeq: 5 };
  await expect(client.call("thread/subscribe", params)).rejects.toMatchObject({ kind: "notFound" });
});
