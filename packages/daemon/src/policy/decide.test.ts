import { readFileSync } from "node:fs";
import type { PolicyEffect } from "@heddle/protocol";
import { describe, expect, test } from "vitest";
import { decide, type RuleInForce } from "./decide.ts";
import { type Circumstances, commandParts, type Facts, type FileFact, fileParts } from "./facts.ts";
import { compile } from "./words/compile.ts";

const circumstances: Circumstances = {
  costUsd: { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 },
  time: "12:00",
  day: "wed",
  attended: true,
};

function rulesOf(text: string): RuleInForce[] {
  return compile(text).map((one) => {
    if ("rule" in one) return { rule: one.rule, source: "test" };
    throw new Error(one.refusal);
  });
}

/** What the preset of a thread adds: all that no other rule speaks of runs. */
const rest: RuleInForce = {
  rule: { effect: "allow", target: { type: "anything" } },
  source: "rest",
};

async function commandFacts(cmd: string, checks: string[] = []): Promise<Facts> {
  const parts = await commandParts({ cmd, cwd: "/w/t", worktree: "/w/t", checks });
  return { parts, change: [], sinceApproval: [], ...circumstances };
}

function changeFacts(files: FileFact[], more: Partial<Facts> = {}): Facts {
  return {
    parts: fileParts(files),
    change: files,
    sinceApproval: files,
    ...circumstances,
    ...more,
  };
}

const file = (
  path: string,
  added = 1,
  deleted = 0,
  kind: FileFact["kind"] = "update",
): FileFact => ({
  path,
  kind,
  added,
  deleted,
});

const verdictOf = (text: string, facts: Facts) => decide(facts, [...rulesOf(text), rest]).verdict;

interface Row {
  readonly policy: string;
  readonly do: string;
  readonly verdict: PolicyEffect;
}
function rowsOf(corpus: string): Row[] {
  const text = readFileSync(new URL(`corpus/${corpus}`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

const rows = rowsOf("evasions.jsonl");

describe("the corpus of evasions", () => {
  test("has at least 60 actions that must not pass, none of them twice", () => {
    expect(rows.filter(({ verdict }) => verdict !== "allow").length).toBeGreaterThan(60);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(rows.length);
  });

  test.each(rows)("$policy: $verdict: $do", async ({ policy, verdict, ...row }) => {
    expect(verdictOf(policy, await commandFacts(row.do))).toBe(verdict);
  });
});

describe("the corpus of everyday command lines", () => {
  const everyday = rowsOf("everyday.jsonl");

  test("has at least 120, of which four in five run without asking", () => {
    const allowed = everyday.filter(({ verdict }) => verdict === "allow");
    expect(everyday.length).toBeGreaterThan(120);
    expect(allowed.length / everyday.length).toBeGreaterThan(0.8);
  });

  test.each(everyday)("$verdict: $do", async ({ policy, verdict, ...row }) => {
    expect(verdictOf(policy, await commandFacts(row.do))).toBe(verdict);
  });
});

test("deny stands over ask, ask over allow, and what no rule speaks of asks", async () => {
  const facts = await commandFacts("ls");
  const [allow, ask, deny] = ["Allow", "Ask before", "Forbid"].map((how) => `${how} running 'ls'.`);
  const decided = (text: string) => decide(facts, rulesOf(text)).verdict;
  expect([`${allow} ${ask}`, `${ask} ${allow} ${deny}`, `${allow}`, ""].map(decided)).toEqual([
    "ask",
    "deny",
    "allow",
    "ask",
  ]);
});

test("a decision cites its rule in words, with where it comes from", async () => {
  const facts = await commandFacts("git push");
  expect(decide(facts, [...rulesOf("Never push"), rest])).toEqual({
    verdict: "deny",
    reason: "Never run 'git push'.",
    cited: { rule: expect.anything(), source: "test" },
  });
});

test("a command that cannot be read runs where a rule allows it by name, or it is a check", async () => {
  const text = "Never push";
  expect(verdictOf(text, await commandFacts("make it"))).toBe("ask");
  expect(verdictOf(`${text}. Allow running 'make it'`, await commandFacts("make it"))).toBe(
    "allow",
  );
  expect(verdictOf(`${text}. Allow running commands`, await commandFacts("make it"))).toBe("ask");
  expect(verdictOf(text, await commandFacts("make it", ["make it"]))).toBe("allow");
});

describe("changes", () => {
  test.each<[string, FileFact[], PolicyEffect]>([
    ["Ask before changing more than 50 lines", [file("a", 50)], "allow"],
    ["Ask before changing more than 50 lines", [file("a", 51)], "ask"],
    ["Ask before changing more than 50 lines", [file("a", 30), file("b", 0, 21)], "ask"],
    ["Ask before changing more than 50 lines in one file", [file("a", 30), file("b", 30)], "allow"],
    ["Ask before changing more than 50 lines in one file", [file("a", 30), file("b", 51)], "ask"],
    ["Ask before deleting more than 20 lines", [file("a", 90, 20)], "allow"],
    ["Ask before deleting more than 20 lines", [file("a", 0, 21)], "ask"],
    ["Ask before changing more than 2 files", [file("a"), file("b")], "allow"],
    ["Ask before changing more than 2 files", [file("a"), file("b"), file("c")], "ask"],
    ["Never delete more than 1 file", [file("a", 0, 1, "delete"), file("b")], "allow"],
    [
      "Never delete more than 1 file",
      [file("a", 0, 1, "delete"), file("b", 0, 1, "delete")],
      "deny",
    ],
    ["Ask before changing more than 5 lines of src/", [file("docs/a", 90)], "allow"],
    ["Ask before changing more than 5 lines of src/", [file("src/a", 6)], "ask"],
    ["Ask before changing more than 5 lines outside docs/", [file("docs/a", 90)], "allow"],
    ["Never change .env", [file(".env")], "deny"],
    ["Never change .env", [file("sub/.env")], "deny"],
    ["Never change .env", [file(".env.example")], "allow"],
    ["Ask before changing '*.sql'", [file("db/a.sql")], "ask"],
    ["Only change docs/", [file("docs/a"), file("src/a")], "deny"],
    ["Only change docs/", [file("docs/a")], "allow"],
    ["Ask before deleting files", [file("a", 0, 5)], "allow"],
    ["Ask before deleting files", [file("a", 0, 5, "delete")], "ask"],
    ["Ask before adding files", [file("a", 5, 0, "add")], "ask"],
    ["Never change config/, except config/local.json", [file("config/local.json")], "allow"],
    ["Never change config/, except config/local.json", [file("config/other.json")], "deny"],
  ])("%s: %j: %s", (text, files, verdict) => {
    expect(verdictOf(text, changeFacts(files))).toBe(verdict);
  });

  test("are counted since the last approval, unless the rule says otherwise", () => {
    const before = [file("a", 40)];
    const facts = changeFacts([file("b", 20)], { sinceApproval: [...before, file("b", 20)] });
    expect(verdictOf("Ask before changing more than 50 lines", facts)).toBe("ask");
    expect(verdictOf("Ask before changing more than 50 lines at once", facts)).toBe("allow");
  });
});

test.each<[string, Partial<Facts>, PolicyEffect]>([
  ["Between 22:00 and 07:00, never change files", { time: "21:59" }, "allow"],
  ["Between 22:00 and 07:00, never change files", { time: "22:00" }, "deny"],
  ["Between 22:00 and 07:00, never change files", { time: "06:59" }, "deny"],
  ["Between 22:00 and 07:00, never change files", { time: "07:00" }, "allow"],
  ["After 18:00, never change files", { time: "23:59" }, "deny"],
  ["On weekends, ask before changing files", { day: "sat" }, "ask"],
  ["On weekends, ask before changing files", { day: "fri" }, "allow"],
  ["While unattended, never change files", { attended: false }, "deny"],
  ["While unattended, never change files", {}, "allow"],
  [
    "Ask before spending more than $2",
    { costUsd: { ...circumstances.costUsd, sinceLastApproval: 2.01 } },
    "ask",
  ],
  ["Ask before spending more than $2", { costUsd: { ...circumstances.costUsd, turn: 5 } }, "allow"],
  [
    "Never spend more than $5 in one turn",
    { costUsd: { ...circumstances.costUsd, turn: 5.5 } },
    "deny",
  ],
])("%s with %j: %s", (text, more, verdict) => {
  expect(verdictOf(text, changeFacts([file("a")], more))).toBe(verdict);
});
