import { describe, expect, test } from "vitest";
import { anchorAt, placeOf } from "./anchors.ts";

const text = ["a {", "  one", "}", "b {", "  two", "}", "c {", "  one", "}", ""].join("\n");
const anchor = (start: number, end = start) => {
  const made = anchorAt(text, { start, end, side: "new" });
  if (made === undefined) throw new Error("there are no such lines");
  return made;
};

test("an anchor holds the lines, and three around them", () => {
  expect(anchor(5)).toEqual({
    side: "new",
    lines: ["  two"],
    before: ["  one", "}", "b {"],
    after: ["}", "c {", "  one"],
  });
  expect(anchorAt(text, { start: 9, end: 10, side: "new" })).toBeUndefined();
});

describe("lines are found again", () => {
  test.each([
    ["where they were", 5, text, { start: 5, end: 5 }],
    ["below what was added", 5, `new\nnew\n${text}`, { start: 7, end: 7 }],
    [
      "above, where something went away",
      8,
      text.split("\n").slice(3).join("\n"),
      { start: 5, end: 5 },
    ],
    ["of twins by what is around them", 8, `x\n${text}`, { start: 9, end: 9 }],
    ["indented anew", 5, text.replaceAll("  ", "\t"), { start: 5, end: 5 }],
    ["with other ends of lines", 5, text.replaceAll("\n", "\r\n"), { start: 5, end: 5 }],
  ])("%s", (_what, line, now, place) => {
    expect(placeOf(anchor(line), now, line)).toEqual(place);
  });

  test("as a block", () => {
    expect(placeOf(anchor(4, 6), `x\n${text}`, 4)).toEqual({ start: 5, end: 7 });
  });

  test("but not when they are gone, or nothing around a bare brace is left", () => {
    expect(placeOf(anchor(5), text.replace("two", "three"), 5)).toBeUndefined();
    expect(placeOf(anchor(6), "x\n}\ny\n", 6)).toBeUndefined();
  });
});
