import { expect, test } from "vitest";
import { LineReader, parseReport } from "./reports.ts";

test("lines are found however they are cut, and an endless one is dropped", () => {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  for (const part of ["pid 1", " 7\nex", "it 1 0\n", "x".repeat(10_000), "exit 2 0\nexit 3 0\n"]) {
    reader.push(Buffer.from(part));
  }
  expect(lines).toEqual(["pid 1 7", "exit 1 0", "exit 3 0"]);
});

test.each([
  "",
  "exit",
  "exit 1",
  "exit 1 0 0",
  "exit -1 0",
  "exit 1 0x1",
  "pid 99999999999 1",
  "run 1 1",
])("%j is no report", (line) => {
  expect(parseReport(line)).toBeUndefined();
});

test("an exit code is a byte", () => {
  expect(parseReport("exit 4 143")).toEqual({ type: "exit", id: 4, code: 143 });
  expect(parseReport("exit 4 256")).toEqual({ type: "exit", id: 4, code: 0 });
});
