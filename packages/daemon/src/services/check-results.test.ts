import type { CheckResult } from "@heddle/protocol";
import { expect, test } from "vitest";
import { fitChecks } from "./check-results.ts";

const check = (output: string): CheckResult => ({
  command: "npm test",
  exitCode: 0,
  wallMs: 1,
  output,
});

test("results that fit stay as they are", () => {
  const checks = [check("one"), check("🧵 two")];
  expect(fitChecks(checks)).toEqual(checks);
});

test("of a hundred loud checks, the last ones keep the ends of their outputs", () => {
  const checks = Array.from({ length: 100 }, (_, at) =>
    check(`${"\0".repeat(8 * 1024)}${"🧵".repeat(2 * 1024)} ends ${at}`),
  );
  const fitted = fitChecks(checks);
  expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThan(400 * 1024);
  expect(fitted.at(-1)).toEqual(checks.at(-1));
  expect(fitted.map(({ output }) => output.isWellFormed())).not.toContain(false);
  expect(fitted.at(0)?.output).toBe("");
  expect(fitted.map(({ command }) => command)).toHaveLength(100);
});
