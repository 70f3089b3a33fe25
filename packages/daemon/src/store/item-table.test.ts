import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headOf } from "./item-table.ts";

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

describe("the head of a text", () => {
  test.each([
    ["plain text", "x".repeat(400), "x".repeat(300)],
    ["quotes, of two bytes each", '"'.repeat(200), '"'.repeat(150)],
    ["line feeds, of two bytes each", "\n".repeat(200), "\n".repeat(150)],
    ["NULs, of six bytes each", "\0".repeat(60), "\0".repeat(50)],
    ["other scripts, of three bytes each", "織".repeat(120), "織".repeat(100)],
    ["emoji, of four bytes each", `x${"🧵".repeat(80)}`, `x${"🧵".repeat(74)}`],
    ["what is short enough", "x".repeat(50), "x".repeat(50)],
  ])("of %s has so many bytes of JSON at most", (_, text, head) => {
    expect(headOf(text, 300)).toBe(head);
  });

  test("is the longest one, and no code point is torn, whatever the text is", () => {
    const unit = fc.constantFrom("a", '"', "\n", "\0", "\u007f", "ä", "織", "🧵", "\u2028");
    const texts = fc.string({ unit, maxLength: 60 });
    const torn = fc.tuple(texts, texts).map(([a, b]) => `${a}\ud83e${b}`);
    fc.assert(
      fc.property(fc.oneof(texts, torn), fc.nat({ max: 200 }), (text, limit) => {
        const head = headOf(text, limit);
        expect(text.startsWith(head)).toBe(true);
        expect(jsonBytes(head)).toBeLessThanOrEqual(limit);
        if (head === text) return;
        const next = String.fromCodePoint(text.codePointAt(head.length) ?? 0);
        expect(jsonBytes(head) + jsonBytes(next)).toBeGreaterThan(limit);
      }),
    );
  });
});
