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

/** Two functions that are nearly the same. */
const twins = (line: string, above = "") =>
  `${above}function a(x) {
  const y = f(x);
  if (!y) {
    ${line}
  }
  return y.a;
}
function b(x) {
  const y = f(x);
  if (!y) {
    return null;
  }
  return y.b;
}
`;

function placed(was: string, now: string, start: number, end = start) {
  const made = anchorAt(was, { start, end, side: "new" });
  return made && placeOf(made, now, start);
}

describe("a line that was changed is gone, and not found", () => {
  const was = twins("return null;");
  const same = was.replaceAll(/[ab]\(x\)|y\.[ab]/g, "same");
  const short = "a() {\n  return null;\n}\nb() {\n  return null;\n}\n";
  test.each([
    ["in a function that is much like it", was, twins("return undefined;")],
    ["there when both have moved", was, twins("return undefined;", "// new\n".repeat(20))],
    ["there when it was taken out", was, twins("").replace(/ +\n/, "")],
    ["there when lines around it were changed as well", was, twins("").replace("return y.a", "g")],
    ["in one that is the same", same, same.replace("null", "undefined")],
  ])("%s", (_what, before, now) => {
    expect(placed(before, now, 4)).toBeUndefined();
  });

  test("in the next lines", () => {
    expect(placed(short, short.replace("null", "1"), 2)).toBeUndefined();
  });

  test("in a text with nothing else in common", () => {
    const other = `${"x\n".repeat(30)}    return null;\n`;
    expect(placed(was, other, 4)).toBeUndefined();
  });
});

describe("a range is found by what is left of it", () => {
  const was = twins("return null;");
  test.each([
    ["with a line changed within", twins("return undefined;"), { start: 3, end: 5 }],
    ["with a line taken out", twins("").replace(/ +\n/, ""), { start: 3, end: 4 }],
    ["with lines added within", twins("g();\n    return h();"), { start: 3, end: 6 }],
    ["with its first line changed", was.replace("if (!y) {", "while (y) {"), { start: 3, end: 5 }],
    ["moved down", twins("return undefined;", "// new\n".repeat(9)), { start: 12, end: 14 }],
  ])("%s", (_what, now, place) => {
    expect(placed(was, now, 3, 5)).toEqual(place);
  });

  test("but not when all that it said is gone", () => {
    const now = was.replace("if (!y) {\n    return null;", "while (y) {\n    next();");
    expect(placed(was, now, 3, 5)).toBeUndefined();
  });
});

test("a line is found among lines that were added right above and below it", () => {
  const was = twins("return null;");
  expect(placed(was, twins("// why\n    return null;\n    // so"), 4)).toEqual({
    start: 5,
    end: 5,
  });
});

test("lines without Latin letters are lines with words", () => {
  const was = "甲\n乙\n丙\n丁\n";
  expect(placed(was, `${"新\n".repeat(9)}${was}`, 2)).toEqual({ start: 11, end: 11 });
});

test("a range as long as may be is found in a long text in a moment", () => {
  const lines = Array.from({ length: 20_000 }, (_, at) =>
    at % 3 === 0 ? "}" : `line ${at % 900}`,
  );
  const was = lines.join("\n");
  const now = lines.with(5_201, "changed").join("\n");
  expect(placed(was, `new\n${now}`, 5_000, 5_499)).toEqual({ start: 5_001, end: 5_500 });
});
