import { expect, test } from "vitest";
import { filesIn } from "./opening-map.ts";

test("the files that a task names are found, once each", () => {
  const task =
    "Fix `src/store/lock.ts` (see docs/@api/x.md, lock.test.ts). Then src/store/lock.ts!";
  expect(filesIn(task)).toEqual(["src/store/lock.ts", "docs/@api/x.md", "lock.test.ts"]);
});

test("a message of a megabyte without a space names no file, and is read at once", () => {
  const words = ["x".repeat(1_000_000), "./-".repeat(300_000), `${"x.".repeat(300_000)}ts`];
  expect(filesIn(words.join(" "))).toEqual([]);
});
