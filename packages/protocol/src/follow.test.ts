import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ThreadEvent } from "./events.ts";
import { catchUp, Inbox, Place, type ThreadNotice, type ThreadSource } from "./follow.ts";
import { ItemId, newId, ThreadId } from "./ids.ts";
import type { Item } from "./item.ts";

const threadId = newId(ThreadId);
const itemId = newId(ItemId);
const other = newId(ItemId);

function follow(afterSeq = 0): { place: Place; notices: ThreadNotice[] } {
  const notices: ThreadNotice[] = [];
  return { notices, place: new Place(afterSeq, (notice) => notices.push(notice)) };
}

/** The text that a follower has of an item. */
function textOf(notices: readonly ThreadNotice[], of = itemId): string {
  return notices.reduce(
    (text, notice) =>
      notice.type === "text" && notice.itemId === of
        ? text.slice(0, notice.offset) + notice.text
        : text,
    "",
  );
}

const event: ThreadEvent = { type: "turnsUndone", turnIds: [] };
const completed = (id: ItemId): ThreadEvent => ({
  type: "itemCompleted",
  item: { id, type: "agentMessage" } as Item,
});
const head = (text: string) => ({ itemId, text, textLength: text.length });
const delta = (offset: number, text: string) =>
  ({ threadId, itemId, part: "text", offset, text }) as const;

test("events come once and in order, however often they are sent", () => {
  const { place, notices } = follow();
  const taken = [1, 2, 1, 2, 3].map((seq) => place.event({ seq, event }));
  expect(taken).toEqual([true, true, true, true, true]);
  expect(notices.map((notice) => notice.type === "event" && notice.seq)).toEqual([1, 2, 3]);
});

test("an event after a gap is held back, and the place stays where it was", () => {
  const { place, notices } = follow(4);
  expect(place.event({ seq: 6, event })).toBe(false);
  expect(place.seq).toBe(4);
  expect(notices).toEqual([]);
});

test("of a delta that overlaps only what is new is passed on", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "Hello"));
  place.delta(delta(3, "lo, you"));
  place.delta(delta(0, "Hel"));
  expect(notices).toEqual([
    { type: "text", itemId, offset: 0, text: "Hello" },
    { type: "text", itemId, offset: 5, text: ", you" },
  ]);
});

test("a delta after a gap is held back", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "Hello"));
  expect(place.delta(delta(6, "you"))).toBe(false);
  expect(textOf(notices)).toBe("Hello");
});

test("the text so far brings what was missed", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "Hello"));
  place.sync(head("Hello, you"));
  expect(textOf(notices)).toBe("Hello, you");
});

test("a text so far that is shorter cuts what the daemon lost in a crash", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "Hello, you"));
  place.sync(head("Hello"));
  expect(textOf(notices)).toBe("Hello");
  place.delta(delta(5, " again"));
  expect(textOf(notices)).toBe("Hello again");
});

test("items stream side by side, and the end of one is not the end of the other", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "one"));
  place.delta({ ...delta(0, "two"), itemId: other });
  place.event({ seq: 1, event: completed(other) });
  place.delta(delta(3, ", and on"));
  expect(textOf(notices)).toBe("one, and on");
  expect(textOf(notices, other)).toBe("two");
});

test("whatever is cut, repeated or lost on the way, the text is the one that was sent", () => {
  const pieces = fc.array(fc.string({ minLength: 1, maxLength: 5, unit: "binary" }), {
    minLength: 1,
  });
  const fates = fc.array(fc.constantFrom("arrives", "twice", "lost"));
  fc.assert(
    fc.property(pieces, fates, (texts, fate) => {
      const { place, notices } = follow();
      let sent = "";
      for (const [index, text] of texts.entries()) {
        const piece = delta(sent.length, text);
        sent += text;
        if (fate[index] === "lost") continue;
        if (fate[index] === "twice") place.delta(piece);
        if (!place.delta(piece)) place.sync(head(sent));
      }
      place.sync(head(sent));
      expect(textOf(notices)).toBe(sent);
    }),
  );
});

test("text of an item that has ended comes too late", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "all of it"));
  place.event({ seq: 1, event: completed(itemId) });
  expect(place.delta(delta(0, "all of"))).toBe(true);
  expect(place.delta(delta(9, "?"))).toBe(true);
  expect(notices.map(({ type }) => type)).toEqual(["text", "event"]);
});

test("an item that ends shorter than it streamed is cut before its end is told", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "Hello, you"));
  place.event({ seq: 1, event: ended("Hello") });
  expect(textOf(notices)).toBe("Hello");
  expect(notices.at(-1)).toMatchObject({ type: "event" });
});

/** The end of an item whose event carries the head of its text alone. */
function ended(text: string): ThreadEvent {
  const item = { id: itemId, type: "agentMessage", text: text.slice(0, 4) };
  return { type: "itemCompleted", item: { ...item, textLength: text.length } as Item };
}

/** A thread whose item has this text, of which ranges of five units can be read. */
function sourceOf(text: string, page: Partial<Awaited<ReturnType<ThreadSource["subscribe"]>>>) {
  const source: ThreadSource = {
    subscribe: async () => ({ events: [], streaming: [], live: true, ...page }),
    read: async (_, offset) => text.slice(offset, offset + 5),
  };
  return source;
}

describe("catching up", () => {
  const whole = "The whole text, which is a little longer.";

  test("reads what streams beyond the head that the daemon sent", async () => {
    const { place, notices } = follow();
    const streaming = [{ itemId, text: whole.slice(0, 4), textLength: whole.length }];
    await catchUp(place, sourceOf(whole, { streaming }));
    expect(textOf(notices)).toBe(whole);
    expect(place.delta(delta(whole.length, " And more."))).toBe(true);
    expect(textOf(notices)).toBe(`${whole} And more.`);
  });

  test("reads the rest of a text that streamed before and has ended meanwhile", async () => {
    const { place, notices } = follow();
    place.delta(delta(0, whole.slice(0, 10)));
    await catchUp(place, sourceOf(whole, { events: [{ seq: 1, event: ended(whole) }] }));
    expect(textOf(notices)).toBe(whole);
    expect(notices.at(-1)).toMatchObject({ type: "event", seq: 1 });
  });

  test("reads nothing of a text that began and ended meanwhile: its event has the head", async () => {
    const { place, notices } = follow();
    await catchUp(place, sourceOf(whole, { events: [{ seq: 1, event: ended(whole) }] }));
    expect(notices).toEqual([{ type: "event", seq: 1, event: ended(whole) }]);
  });

  test("goes on where an item is gone, since it was undone", async () => {
    const { place, notices } = follow();
    place.delta(delta(0, "The"));
    const page = { events: [{ seq: 1, event: ended(whole) }] };
    await catchUp(place, { ...sourceOf("", page) });
    expect(notices.at(-1)).toMatchObject({ type: "event", seq: 1 });
  });
});

describe("an inbox", () => {
  /** An inbox of numbers that have to come without gaps; `fill` ends a catching up at a number. */
  function numbers() {
    const taken: number[] = [];
    const gaps: PromiseWithResolvers<number>[] = [];
    const failures: unknown[] = [];
    const inbox = new Inbox<number>({
      take: (number) => {
        if (number > (taken.at(-1) ?? 0) + 1) return false;
        if (number > (taken.at(-1) ?? 0)) taken.push(number);
        return true;
      },
      catchUp: async () => {
        const gap = Promise.withResolvers<number>();
        gaps.push(gap);
        const upTo = await gap.promise;
        while ((taken.at(-1) ?? 0) < upTo) taken.push((taken.at(-1) ?? 0) + 1);
      },
      fail: (error) => failures.push(error),
    });
    const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
    return { inbox, taken, gaps, failures, settled };
  }

  test("hands over at once, while nothing is missing", () => {
    const { inbox, taken } = numbers();
    inbox.add(1);
    inbox.add(2);
    expect(taken).toEqual([1, 2]);
  });

  test("keeps what comes while a gap is being closed, and hands it over afterwards", async () => {
    const { inbox, taken, gaps, settled } = numbers();
    for (const number of [1, 4, 5, 6]) inbox.add(number);
    expect(taken).toEqual([1]);
    gaps[0]?.resolve(5);
    await settled();
    expect(taken).toEqual([1, 2, 3, 4, 5, 6]);
    expect(gaps).toHaveLength(1);
  });

  test("catches up once more when the connection was made again meanwhile", async () => {
    const { inbox, taken, gaps, settled } = numbers();
    inbox.add(3);
    inbox.resume();
    gaps[0]?.resolve(3);
    await settled();
    expect(gaps).toHaveLength(2);
    gaps[1]?.resolve(4);
    await settled();
    inbox.add(5);
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  test("tells when it cannot catch up", async () => {
    const { inbox, gaps, failures, settled } = numbers();
    inbox.add(3);
    gaps[0]?.reject(new Error("pruned"));
    await settled();
    expect(failures).toEqual([new Error("pruned")]);
  });
});
