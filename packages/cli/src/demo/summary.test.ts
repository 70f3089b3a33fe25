import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { approval, item, landing, turn } from "../thread/fixture.test.support.ts";
import { view, work } from "./fixture.test.support.ts";
import { checkLines, nextSteps, summarize, summaryTable } from "./summary.ts";

const usage = {
  requests: 3,
  inputTokens: 1200,
  cachedInputTokens: 800,
  outputTokens: 90,
  reasoningTokens: 0,
  estimated: false,
  costUsd: null,
};
const done = turn({ usage, startedAt: 1_000, completedAt: 3_500 });
const seen = view({
  turns: [done],
  items: [item("commandExecution", "1"), item("fileChange", "2"), item("commandExecution", "3")],
  approvals: [approval({ state: "accepted" })],
});
const commit = "a".repeat(40);

test("a thread is summed up from what was seen of it", () => {
  const summary = summarize(work({ turn: done, view: seen }), landing({ commit }));
  expect(summary).toMatchObject({
    turns: 1,
    commands: 2,
    approvals: 1,
    inputTokens: 1200,
    cachedInputTokens: 800,
    outputTokens: 90,
    seconds: 2.5,
    landing: "landed",
    commit,
  });
});

test("a thread that never landed says so", () => {
  expect(summarize(work())).toMatchObject({ landing: null, commit: null });
});

test("the table has a row for each thread", () => {
  const row = summarize(work({ turn: done, view: seen }), landing({ commit }));
  expect(summaryTable([row, row])).toBe(
    [
      "     turns  commands  approvals  lines  tokens in/out  time   thread",
      "[1]  1      2         1          +0 -0  1200/90        2.5 s  Fix the test",
      "[2]  1      2         1          +0 -0  1200/90        2.5 s  Fix the test",
      "",
    ].join("\n"),
  );
});

test("a check that does not hold stands out without colour", () => {
  const checks = [
    { name: "all is done", ok: true },
    { name: "all has landed", ok: false },
  ];
  expect(checkLines(checks, plain)).toBe("✓ all is done\n✗ not so: all has landed\n");
});

test("what was kept can be entered and taken away by copying a line", () => {
  const kept = {
    directory: "/tmp/a b",
    home: "/tmp/a b/home",
    repository: "/tmp/a b/shortlinks",
    daemonPid: 1,
    modelPid: 2,
  };
  const text = nextSteps({ kept, definition: undefined }, plain);
  expect(text).toContain("export HEDDLE_HOME='/tmp/a b/home'; cd '/tmp/a b/shortlinks'\n");
  expect(text).toContain("heddle daemon stop; kill 2; rm -r '/tmp/a b'\n");
});

test("a shell that does not know heddle is told how to", () => {
  const define = "heddle() { node /h/heddle.js; }";
  expect(nextSteps({ kept: null, definition: define }, plain)).toMatch(/^Once.*\n {2}heddle\(\)/);
  expect(nextSteps({ kept: null, definition: undefined }, plain)).toMatch(/^Next, /);
});
