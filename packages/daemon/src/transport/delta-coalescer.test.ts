import { Script } from "node:vm";
import { type ItemDelta, ItemId, newId, ThreadId } from "@heddle/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DeltaCoalescer } from "./delta-coalescer.ts";

const threadId = newId(ThreadId);
const itemId = newId(ItemId);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], now: 1000 });
  vi.advanceTimersByTime(1000);
});
afterEach(() => {
  vi.useRealTimers();
});

function collect(): { sent: ItemDelta[]; coalescer: DeltaCoalescer } {
  const sent: ItemDelta[] = [];
  return { sent, coalescer: new DeltaCoalescer((delta) => sent.push(delta)) };
}

const piece = (offset: number, text: string, of = itemId): ItemDelta => ({
  threadId,
  itemId: of,
  part: "text",
  offset,
  text,
});

const script = new Script("endless()");

/** Flushes, and fails instead of hanging forever where the flush does not come to an end. */
function flush(coalescer: DeltaCoalescer): void {
  Object.assign(globalThis, { endless: () => coalescer.flush(threadId) });
  script.runInThisContext({ timeout: 500 });
}

/** Adds texts one behind the other. */
function add(coalescer: DeltaCoalescer, texts: readonly string[]): void {
  let offset = 0;
  for (const text of texts) {
    coalescer.add(piece(offset, text));
    offset += text.length;
  }
}

test("the first piece after a silence goes out at once", () => {
  const { sent, coalescer } = collect();
  coalescer.add(piece(0, "now"));
  expect(sent).toEqual([piece(0, "now")]);
});

test("the pieces of one frame go out together, 12 ms after the one before", () => {
  const { sent, coalescer } = collect();
  add(coalescer, ["a", "b", "c", "d"]);
  vi.advanceTimersByTime(11);
  expect(sent).toEqual([piece(0, "a")]);
  vi.advanceTimersByTime(1);
  expect(sent).toEqual([piece(0, "a"), piece(1, "bcd")]);
});

test("every item has a frame of its own", () => {
  const { sent, coalescer } = collect();
  const other = newId(ItemId);
  add(coalescer, ["a", "b"]);
  coalescer.add(piece(0, "x", other));
  vi.advanceTimersByTime(12);
  expect(sent).toEqual([piece(0, "a"), piece(1, "b"), piece(0, "x", other)]);
});

test("a flush sends what waits for the thread, and leaves other threads to their frame", () => {
  const { sent, coalescer } = collect();
  const elsewhere = { ...piece(0, "y", newId(ItemId)), threadId: newId(ThreadId) };
  add(coalescer, ["a", "b"]);
  coalescer.add(elsewhere);
  flush(coalescer);
  expect(sent).toEqual([piece(0, "a"), piece(1, "b")]);
  vi.advanceTimersByTime(12);
  expect(sent.at(-1)).toEqual(elsewhere);
});

test("half of a pair of surrogates waits for the other half", () => {
  const { sent, coalescer } = collect();
  const [high = "", low = ""] = "🧵".split("");
  add(coalescer, ["a", high, low, "b"]);
  expect(sent).toEqual([piece(0, "a")]);
  vi.advanceTimersByTime(12);
  expect(sent).toEqual([piece(0, "a"), piece(1, "🧵b")]);
});

test("a pair that is torn between two frames is sent whole in the second", () => {
  const { sent, coalescer } = collect();
  const [high = "", low = ""] = "🧵".split("");
  coalescer.add(piece(0, `a${high}`));
  expect(sent).toEqual([piece(0, "a")]);
  coalescer.add(piece(2, `${low}b`));
  vi.advanceTimersByTime(12);
  expect(sent).toEqual([piece(0, "a"), piece(1, "🧵b")]);
});

test("a flush in the middle of a pair sends no half of it", () => {
  const { sent, coalescer } = collect();
  const [high = "", low = ""] = "🧵".split("");
  add(coalescer, ["a", high]);
  flush(coalescer);
  expect(sent).toEqual([piece(0, "a")]);
  coalescer.add(piece(2, low));
  vi.advanceTimersByTime(12);
  expect(sent).toEqual([piece(0, "a"), piece(1, "🧵")]);
});

test("a long text goes out in pieces of 64 Ki units at most, and no pair is torn", () => {
  const { sent, coalescer } = collect();
  const text = `x${"🧵".repeat(100_000)}`;
  coalescer.add(piece(0, text));
  expect(sent.map((delta) => delta.text).join("")).toBe(text);
  for (const [at, delta] of sent.entries()) {
    const before = sent.slice(0, at).reduce((length, { text }) => length + text.length, 0);
    expect(delta.offset).toBe(before);
    expect(delta.text.length).toBeLessThanOrEqual(64 * 1024);
    expect(delta.text.isWellFormed()).toBe(true);
  }
});

test("nothing is sent after the end", () => {
  const { sent, coalescer } = collect();
  add(coalescer, ["a", "b"]);
  coalescer[Symbol.dispose]();
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([piece(0, "a")]);
});

test("however text is torn and timed, all of it arrives, without gaps and in whole code points", () => {
  const texts = fc.string({
    minLength: 1,
    maxLength: 30,
    unit: fc.constantFrom("a", "ä", "🧵", "🪡"),
  });
  const cuts = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 15 }), fc.boolean()), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(texts, cuts, (text, steps) => {
      const { sent, coalescer } = collect();
      let offset = 0;
      for (const [length, wait, flushed] of [...steps, [text.length, 20, true] as const]) {
        const part = text.slice(offset, offset + length);
        if (part !== "") coalescer.add(piece(offset, part));
        offset += part.length;
        vi.advanceTimersByTime(wait);
        if (flushed) flush(coalescer);
      }
      const received = sent.reduce((all, delta) => {
        expect(delta.offset).toBe(all.length);
        expect(delta.text.isWellFormed()).toBe(true);
        return all + delta.text;
      }, "");
      expect(received).toBe(text);
    }),
    { endOnFailure: true },
  );
});
