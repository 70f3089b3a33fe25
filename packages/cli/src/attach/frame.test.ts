import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { fits, frameOf, type Sight } from "./frame.ts";

const sight: Sight = {
  running: "",
  pending: "",
  prompt: "",
  input: { lines: ["> hello", "  there"], cursor: { row: 1, column: 7 } },
  status: "idle",
};

test("text that runs stands above what is asked, the composer and the status", () => {
  const all = { ...sight, running: "it goes", pending: "$ rm\n", prompt: "allow it?" };
  expect(frameOf(all, { columns: 20, rows: 20 })).toEqual({
    lines: ["it goes", "$ rm", "allow it?", "> hello", "  there", "idle"],
    cursor: { row: 4, column: 7 },
  });
});

test("only the end of a long text that runs is shown", () => {
  const running = Array.from({ length: 9 }, (_, at) => `${at}`).join("\n");
  const { lines } = frameOf({ ...sight, running }, { columns: 20, rows: 20 });
  expect(lines.slice(0, 6)).toEqual(["3", "4", "5", "6", "7", "8"]);
});

test("what is wide is wrapped or cut, so that no row is broken by the terminal", () => {
  const wide = { ...sight, prompt: "one two three four", status: "a long status line" };
  const { lines } = frameOf(wide, { columns: 10, rows: 20 });
  expect(lines.map(stripVTControlCharacters)).toEqual([
    "one two",
    "three",
    "four",
    "> hello",
    "  there",
    "a long st",
  ]);
});

test("the region is never as high as the terminal, and keeps the composer", () => {
  const pending = "line\n".repeat(30);
  const { lines, cursor } = frameOf({ ...sight, pending }, { columns: 20, rows: 6 });
  expect(lines).toEqual(["line", "line", "> hello", "  there", "idle"]);
  expect(cursor).toEqual({ row: 3, column: 7 });
  expect(fits(pending, { columns: 20, rows: 24 })).toBe(false);
  expect(fits("line\n", { columns: 20, rows: 24 })).toBe(true);
});
