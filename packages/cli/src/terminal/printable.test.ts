import fc from "fast-check";
import { expect, test } from "vitest";
import { printable, printableJson, printableLine, settled } from "./printable.ts";

const cases: Record<string, [text: string, shown: string]> = {
  "a colour": ["\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
  "a window title": ["\x1b]0;owned\x07", "\\x1b]0;owned\\x07"],
  "a C1 introducer": ["\x9b2J", "\\x9b2J"],
  "a carriage return": ["rm -rf /\rls      ", "rm -rf /\\x0dls      "],
  "a bidi override": ["a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
  "a zero-width space": ["pay\u200bpal", "pay\\u{200b}pal"],
  "a Hangul filler": ["a\u3164b", "a\\u{3164}b"],
  "a tag character": ["a\u{e0041}", "a\\u{e0041}"],
  "a lone surrogate": ["a\ud800b", "a\\u{d800}b"],
  "a line separator": ["a\u2028b", "a\\u{2028}b"],
  "a joiner between letters": ["a\u200db", "a\\u{200d}b"],
};

test.each(Object.entries(cases))("%s is shown and does nothing", (_, [text, shown]) => {
  expect(printable(text)).toBe(shown);
});

test.each(["plain\n\tcode {}", "žluťoučký", "中文", "👩‍👩‍👧 ⚠️ 👍🏽", "naïve — “quoted”"])(
  "ordinary text stays as it is: %s",
  (text) => {
    expect(printable(text)).toBe(text);
  },
);

test("no control character but new line and tab survives", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, (any) => !/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u.test(printable(any))),
  );
});

test("a title stays on one line", () => {
  expect(printableLine("  fix\n  this\tnow \n")).toBe("fix ⏎ this now");
});

test("output is shown as a terminal would have left it", () => {
  const text = "\x1b[32m✓\x1b[39m a\r\n10%\r50%\r100%\ndone\r\n";
  expect(settled(text)).toBe("✓ a\n100%\ndone\n");
});

test("JSON for a terminal has the same value", () => {
  const value = { title: "a\u202eb\u009b\u{e0041}\n" };
  const text = printableJson(value, 2);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe('{\n  "title": "a\\u202eb\\u009b\\udb40\\udc41\\n"\n}');
});

test("a megabyte of blanks or of carriage returns is shown as quickly as anything else", () => {
  const [blanks, returns] = [" ", "\r"].map((char) => char.repeat(1_000_000));
  expect(printableLine(`a${blanks}b\n\n${blanks}c`)).toBe(`a${blanks}b ⏎ c`);
  expect(settled(`a${returns}b\n${returns}\nc`)).toBe("b\n\nc");
});
