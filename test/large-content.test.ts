import type { SequencedThreadEvent } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawSocket, request } from "./support/raw-socket.ts";
import { exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const frameLimit = 1024 * 1024;

describe("large content", () => {
  test("comes cut in events, and whole by ranges; emoji stay whole", async () => {
    const thread = await project.thread();
    const cmd = "printf x; for i in $(seq 40000); do printf '🧵🪡🧶é'; done";
    await thread.say(steps(exec(cmd, { max_output_tokens: 100 }), { text: "ok" }));
    const [item] = thread.items("commandExecution");
    const whole = `x${"🧵🪡🧶é".repeat(40_000)}`;
    expect(item?.textLength).toBe(whole.length);
    expect(item?.text.length).toBeLessThanOrEqual(256 * 1024);
    expect(whole.startsWith(item?.text ?? "-")).toBe(true);
    expect(item?.text.isWellFormed()).toBe(true);
    expect(await thread.wholeText(item?.id)).toBe(whole);
    expect(thread.texts.get(item?.id as never)).toBe(whole);
  });

  test("streams in frames of 1 MiB at most", async () => {
    const thread = await project.thread();
    await using raw = await RawSocket.open(daemon.paths.socket);
    await raw.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
    await thread.say(steps(print("'\"'"), { text: "ok" }));
    expect(longestFrame(raw)).toBeLessThanOrEqual(frameLimit);
  });

  test("reaches who comes late in frames of 1 MiB at most", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(print("'\"'", "; sleep 30"), { text: "never" }));
    await thread.streamed(1_000_000);
    await using raw = await RawSocket.open(daemon.paths.socket);
    await raw.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
    await thread.client.call("turn/interrupt", { turnId: turn.id });
    await thread.ended(turn.id);
    expect(longestFrame(raw)).toBeLessThanOrEqual(frameLimit);
  });

  test("of many items is read in frames of 1 MiB at most", async () => {
    const thread = await project.thread();
    const quotes = print("'\"'");
    await thread.say(steps(quotes, quotes, quotes, quotes, { text: "ok" }));
    await using raw = await RawSocket.open(daemon.paths.socket);
    await raw.ask(request("thread/read", { threadId: thread.id, limit: 500 }));
    expect(longestFrame(raw)).toBeLessThanOrEqual(frameLimit);
  });

  test("in other scripts than Latin is logged in pages of 1 MiB at most", async () => {
    const thread = await project.thread();
    const weave = exec("for i in $(seq 100000); do printf 織; done", { max_output_tokens: 100 });
    await thread.say(steps(weave, weave, weave, weave, { text: "ok" }));
    await using raw = await RawSocket.open(daemon.paths.socket);
    await raw.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
    expect(longestFrame(raw)).toBeLessThanOrEqual(frameLimit);
  });
});

/** A command that prints a character a million times at once. */
function print(character: string, more = ""): Step {
  const cmd = `head -c 1000000 /dev/zero | tr '\\0' ${character}${more}`;
  return exec(cmd, { max_output_tokens: 100, yield_time_ms: 5000 });
}

function longestFrame({ frames }: RawSocket): number {
  return Math.max(...frames.map((frame) => Buffer.byteLength(frame)));
}

describe("a slow client", () => {
  test("is cut and goes on by seq, and nobody else notices", async () => {
    const slow = await RawSocket.open(daemon.paths.socket);
    const thread = await project.thread();
    const first = await slow.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
    expect(first.result).toMatchObject({ live: true });
    slow.socket.pause();
    const text = print("x");
    const turn = await thread.say(steps(text, text, text, text, text, { text: "ok" }));
    expect(turn.state).toBe("done");
    expect(daemon.log()).toContain('"slow client cut"');
    slow.socket.resume();
    await slow.closed;
    for (const { id, textLength } of thread.items("commandExecution")) {
      expect(thread.texts.get(id)).toHaveLength(textLength);
    }

    const seen = slow.frames
      .map((frame) => JSON.parse(frame) as { params?: { seq?: number } })
      .reduce((seq, { params }) => params?.seq ?? seq, 0);
    await using again = await RawSocket.open(daemon.paths.socket);
    const events: SequencedThreadEvent[] = [];
    for (let live = false, seq = seen; !live; ) {
      const answer = await again.ask(
        request("thread/subscribe", { threadId: thread.id, afterSeq: seq }),
      );
      const page = answer.result as { events: SequencedThreadEvent[]; live: boolean; seq: number };
      events.push(...page.events);
      ({ live, seq } = page);
    }
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => seen + index + 1));
    expect(events.at(-1)?.seq).toBe(thread.view.seq);
  });
});
