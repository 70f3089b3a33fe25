import { expect, test } from "vitest";
import { grouped } from "./format.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [-12345, "-12,345"],
  [1234567, "1,234,567"],
])("%i is %s", (number, text) => {
  expect(grouped(number)).toBe(text);
});
