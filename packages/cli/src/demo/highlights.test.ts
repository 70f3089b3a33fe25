import type { ThreadEvent } from "@heddle/protocol";
import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { approval, item, landing, turn } from "../thread/fixture.test.support.ts";
import { view } from "./fixture.test.support.ts";
import { failingTests, highlights } from "./highlights.ts";

const told = (event: ThreadEvent, items: Parameters<typeof view>[0] = {}) =>
  highlights(event, view(items), plain);

const steps = [
  { step: "Count", status: "inProgress" },
  { step: "Serve", status: "pending" },
] as const;

test("the first plan is told, and its later states are not", () => {
  const first = item("plan", "1", { steps: [...steps] });
  const later = item("plan", "2", { steps: [...steps] });
  const items = [first, later];
  expect(told({ type: "itemCompleted", item: first }, { items })).toEqual(["plan  Count · Serve"]);
  expect(told({ type: "itemCompleted", item: later }, { items })).toEqual([]);
});

test("a command that fails names the tests that failed", () => {
  const text = "✔ one (1.2ms)\n✖ two is three (0.5ms)\nℹ fail 1\n✖ two is three (0.5ms)\n";
  const failed = item("commandExecution", "1", { exitCode: 1, wallMs: 400, text });
  expect(told({ type: "itemCompleted", item: failed })).toEqual([
    "$ npm test  fails in 400 ms",
    "✗ two is three",
  ]);
  const passed = item("commandExecution", "1", { exitCode: 0, wallMs: 400, text: "" });
  expect(told({ type: "itemCompleted", item: passed })).toEqual(["$ npm test  passes in 400 ms"]);
});

test("an output without failing tests names none", () => {
  expect(failingTests("✖ failing tests:\nnot ok\n")).toEqual([]);
});

test("an approval is told with exactly what was allowed", () => {
  const allowed = approval({ state: "accepted" });
  expect(told({ type: "approvalRequested", approval: approval() })).toEqual([
    "asks whether it may run a command",
  ]);
  expect(told({ type: "approvalResolved", approval: allowed })).toEqual([
    "approved by heddle demo, exactly this command: rm -rf dist",
  ]);
  expect(told({ type: "approvalResolved", approval: approval({ state: "expired" }) })).toEqual([
    "expired",
  ]);
});

test("nothing in a command can hide what was allowed", () => {
  const subject = { type: "command", cmd: "ls\x1b[2K\rrm -rf ~", cwd: "/w", tty: false } as const;
  const [line] = told({
    type: "approvalResolved",
    approval: approval({ state: "accepted", subject }),
  });
  expect(line).toContain("ls\\x1b[2K\\x0drm -rf ~");
});

test("few changed files are listed, many are counted", () => {
  const changed = (path: string) => ({ path, kind: "update", additions: 2, deletions: 1 }) as const;
  const change = (...paths: string[]) =>
    told({
      type: "itemCompleted",
      item: item("fileChange", "1", { changes: paths.map(changed) }),
    });
  expect(change("a.js")).toEqual(["M a.js  +2 -1"]);
  expect(change("a.js", "b.js", "c.js")).toEqual(["changes 3 files  +6 -3"]);
});

test("the end of a turn and of a landing are told", () => {
  const ended = turn({ summary: "Fixed.", startedAt: 0, completedAt: 1_500 });
  expect(told({ type: "turnCompleted", turn: ended })).toEqual(["Fixed.", "done · 1.5 s"]);
  const checks = [{ command: "npm test", exitCode: 0, wallMs: 300, output: "" }];
  const landed = landing({ commit: "a".repeat(40), checks });
  expect(told({ type: "landingCompleted", landing: landed })).toEqual([
    "landed on main as aaaaaaaaaa",
    "$ npm test  passes on the merged tree in 300 ms",
  ]);
});
