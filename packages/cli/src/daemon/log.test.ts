import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { logLine } from "./log.ts";

test("a stored line is shown with its time, level, message and details", () => {
  const line = '{"at":"2026-01-01T00:00:00.000Z","level":"info","message":"ready","pid":7}';
  expect(logLine(line, plain)).toBe('2026-01-01T00:00:00.000Z info  ready {"pid":7}');
});

test("a line that is no JSON is shown as it is, without acting on the terminal", () => {
  expect(logLine("\x1b[2Jboom", plain)).toBe("\\x1b[2Jboom");
});
