import fc from "fast-check";
import { expect, test } from "vitest";
import type { ThreadEvent } from "./events.ts";
import { Place, type ThreadNotice } from "./follow.ts";
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
  place.sync(itemId, "Hello, you");
  expect(textOf(notices)).toBe("Hello, you");
});

test("a text so far that is shorter cuts what the daemon lost in a crash", () => {
  const { place, notices } = follow();
  place.delta(delta(0, "Hello, you"));
  place.sync(itemId, "Hello");
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
        if (!place.delta(piece)) place.sync(itemId, sent);
      }
      place.sync(itemId, sent);
      expect(textOf(notices)).toBe(sent);
    }),
  );
});
