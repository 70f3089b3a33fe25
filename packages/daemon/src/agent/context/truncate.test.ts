import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateTokens } from "./tokens.ts";
import { truncateForModel } from "./truncate.ts";

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

test("text within the budget stays as it is", () => {
  const text = "x".repeat(400);
  expect(truncateForModel(text, 100)).toBe(text);
});

test("longer text keeps its first and its last lines, and says what is left out", () => {
  expect(truncateForModel(lines(100), 25)).toBe(
    [
      ...["line 1", "line 2", "line 3", "line 4", "line 5"],
      "… 175 tokens, 88 lines left out …",
      ...["line 94", "line 95", "line 96", "line 97", "line 98", "line 99", "line 100"],
      "",
    ].join("\n"),
  );
});

test("one enormous line is cut within itself", () => {
  const text = truncateForModel("x".repeat(1_000_000), 1000);
  expect(text.length).toBeLessThan(4100);
  expect(text).toContain("left out …");
});

test("what is kept is a head and a tail of the text, within the budget", () => {
  const texts = fc.string({ maxLength: 2000, unit: fc.constantFrom("a", " ", "\n", "ü") });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 200 }), (text, tokens) => {
      const short = truncateForModel(text, tokens);
      if (text.length <= tokens * 4) {
        expect(short).toBe(text);
        return;
      }
      const [, head = "", tail = ""] =
        /^(.*)… \d+ tokens, \d+ lines left out …\n(.*)$/s.exec(short) ?? [];
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      expect(head.length + tail.length).toBeLessThanOrEqual(tokens * 4);
    }),
  );
});

test("no half of a character is left at the cut", () => {
  for (let tokens = 10; tokens < 20; tokens += 1) {
    expect(truncateForModel(`a${"🧵".repeat(200)}`, tokens).isWellFormed()).toBe(true);
  }
});

test("four characters count as a token, and a rest as one more", () => {
  expect([0, 1, 4, 5].map((length) => estimateTokens(length))).toEqual([0, 1, 1, 2]);
});

test("lines of the middle that tell of failures are kept, as far as there is room", () => {
  const text = `${lines(200)}AssertionError: 1 is not 2\n0 errors so far\n${lines(200)}`;
  const short = truncateForModel(text, 100);
  expect(short).toContain("lines left out; of failures they say:\nAssertionError: 1 is not 2\n…\n");
  expect(short).not.toContain("0 errors so far");
  expect(short.length).toBeLessThan(100 * 4 + 100);
});

test("a thread's own bytes per token decide how much text its tokens are", () => {
  expect(truncateForModel("x".repeat(1000), 100, 10)).toBe("x".repeat(1000));
  expect(truncateForModel("x".repeat(1000), 100, 2).length).toBeLessThan(300);
});
