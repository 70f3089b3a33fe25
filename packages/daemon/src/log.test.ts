import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Log, openLog } from "./log.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-log-"));
  path = join(directory, "state", "heddle.log");
});
afterEach(() => rmSync(directory, { recursive: true }));

function lines(): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function written(write: (log: Log) => void): string {
  write(openLog(path));
  return readFileSync(path, "utf8");
}

test("each entry is one line of JSON with its time and level", () => {
  const log = openLog(path);
  log.info("started", { pid: 7 });
  log.error("broken\nin two");
  expect(lines()).toEqual([
    { at: expect.any(String), level: "info", message: "started", pid: 7 },
    { at: expect.any(String), level: "error", message: "broken\nin two" },
  ]);
});

test("an error is written with its stack and its cause", () => {
  const cause = new Error("underneath");
  openLog(path).error("failed", { error: new Error("on top", { cause }) });
  expect(lines()).toMatchObject([
    {
      error: {
        name: "Error",
        message: "on top",
        stack: expect.stringContaining("log.test.ts"),
        cause: { message: "underneath" },
      },
    },
  ]);
});

test("a hidden value is nowhere in the file: not in words, details, errors or escaped", () => {
  const secret = 'pa"ss\\word';
  const text = written((log) => {
    log.hide(secret);
    log.info(`the key is ${secret}`, { headers: { authorization: secret }, list: [secret] });
    log.error("failed", { error: new Error(secret, { cause: new Error(`again ${secret}`) }) });
  });
  expect(text).not.toContain("ss\\\\word");
  expect(text.match(/…/g)?.length).toBeGreaterThan(5);
  expect(() => lines()).not.toThrow();
});

test("a hidden value that holds another one is hidden to its end", () => {
  const text = written((log) => {
    log.hide("abcd");
    log.hide("abcdefgh");
    log.info("the key is abcdefgh");
  });
  expect(text).not.toContain("efgh");
});

test("what looks like a key is hidden although nobody said so", () => {
  const text = written((log) =>
    log.info("sent", { a: "Bearer abcdef123456", b: "sk-proj-abcdef123456" }),
  );
  expect(text).not.toContain("abcdef");
});

test("only the user can read the log", () => {
  written((log) => log.info("hello"));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a log of more than 10 MiB is put aside when the daemon starts", () => {
  written((log) => log.info("old"));
  writeFileSync(path, "x".repeat(10 * 1024 * 1024 + 1));
  const text = written((log) => log.info("new"));
  expect(text).toContain('"new"');
  expect(text).not.toContain("xx");
  expect(statSync(`${path}.1`).size).toBeGreaterThan(10 * 1024 * 1024);
});
