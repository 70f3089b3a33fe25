import { expect, test } from "vitest";
import { wholeNumber } from "./whole-number.ts";

test("a whole number within its bounds is read", () => {
  expect(["0", "7", "10"].map(wholeNumber(0, 10))).toEqual([0, 7, 10]);
});

test.each([
  ["11", 0, 10, "Give a whole number from 0 to 10."],
  ["-1", 0, 10, "Give a whole number from 0 to 10."],
  ["1.5", 1, 3, "Give a whole number from 1 to 3."],
  ["", 0, 10, "Give a whole number from 0 to 10."],
  ["many", 0, Number.MAX_SAFE_INTEGER, "Give a whole number from 0."],
])("%j is refused, with what was expected", (text, least, most, message) => {
  expect(() => wholeNumber(least, most)(text)).toThrow(message);
});
