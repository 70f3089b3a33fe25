import type { ReportedFinding } from "@heddle/protocol";
import { expect, test } from "vitest";
import type { FileDiff } from "../git/diffs.ts";
import { judgeFindings } from "./findings.ts";

const file = (path: string, more: Partial<FileDiff> = {}): FileDiff => ({
  path,
  kind: "modified",
  binary: false,
  oldMode: "100644",
  newMode: "100644",
  additions: 1,
  deletions: 0,
  hunks: [{ header: "", oldStart: 10, oldLines: 6, newStart: 10, newLines: 7, lines: [] }],
  ...more,
});

const finding = (more: Partial<ReportedFinding> = {}): ReportedFinding => ({
  title: "The cache is never emptied",
  body: "It grows.",
  priority: 1,
  confidence: 0.8,
  path: "a.ts",
  start: 12,
  end: 12,
  ...more,
});

test.each([
  ["in a hunk", { start: 16, end: 16 }, true],
  ["that reaches into a hunk", { start: 1, end: 10 }, true],
  ["above the hunks", { start: 1, end: 9 }, false],
  ["below the hunks", { start: 17, end: 30 }, false],
  ["of a file that did not change", { path: "b.ts" }, false],
  ["with its lines the wrong way round", { start: 12, end: 2 }, true],
  ["with a dot before its path", { path: "./a.ts" }, true],
])("a finding %s", (_what, more, kept) => {
  const { kept: found, outside } = judgeFindings([finding(more)], [file("a.ts")]);
  expect([found.length, outside]).toEqual(kept ? [1, 0] : [0, 1]);
});

test("a finding about a file without shown lines stands", () => {
  const files = [file("a.ts", { kind: "deleted" }), file("big.ts", { truncated: true, hunks: [] })];
  const found = [
    finding({ start: 900, end: 900 }),
    finding({ path: "big.ts", start: 7000, end: 7001 }),
  ];
  expect(judgeFindings(found, files).kept).toHaveLength(2);
});

test("what is said twice of one place is said once, as urgently as anybody said it", () => {
  const { kept } = judgeFindings(
    [
      finding({ priority: 2, title: "Cache never emptied" }),
      finding({ priority: 0, start: 11, end: 14 }),
      finding({ title: "A name is misspelt", priority: 3 }),
      finding({ start: 16, end: 16 }),
    ],
    [file("a.ts")],
  );
  expect(
    kept.map(({ title, priority, start, merged }) => [title, priority, start, merged]),
  ).toEqual([
    ["The cache is never emptied", 0, 11, 1],
    ["The cache is never emptied", 1, 16, 0],
    ["A name is misspelt", 3, 12, 0],
  ]);
});

const titles = (...findings: ReportedFinding[]) =>
  judgeFindings(findings, [file("a.ts")]).kept.map(({ title, merged }) => [title, merged]);

test("two things about one line stay two, though their titles share a word", () => {
  const missing = [
    finding({ title: "Missing await", priority: 0, body: "It is not waited for." }),
    finding({ title: "Missing test for empty input", body: "It would have failed." }),
  ];
  expect(titles(...missing)).toEqual([
    ["Missing await", 0],
    ["Missing test for empty input", 0],
  ]);
  expect(
    titles(finding({ title: "The name is wrong" }), finding({ title: "The type is wrong" })),
  ).toHaveLength(2);
});

test.each([
  ["of a script without spaces", "错误", "错误"],
  ["but for case and punctuation", "Missing `await`.", "missing await"],
  ["without a word", "???", "???"],
])("titles that are equal are one thing: %s", (_what, first, second) => {
  expect(titles(finding({ title: first }), finding({ title: second }))).toEqual([[first, 1]]);
});

test("titles that differ but in signs alone are two things", () => {
  expect(titles(finding({ title: "???" }), finding({ title: "!!!" }))).toHaveLength(2);
});

test("what is merged loses no body that says something else, and stays within its limit", () => {
  const said = (body: string, title = "The cache is never emptied") => finding({ body, title });
  const bodies = (...findings: ReportedFinding[]) =>
    judgeFindings(findings, [file("a.ts")]).kept.map(({ body }) => body);
  expect(
    bodies(said("It grows."), said("It grows."), said("Empty it.", "Cache never emptied")),
  ).toEqual(["It grows.\n\nCache never emptied: Empty it."]);
  const [long] = bodies(said("a".repeat(9_995)), said("b".repeat(100)));
  expect(long).toHaveLength(10_000);
});
