import { readFileSync } from "node:fs";
import type { PolicyEffect, PolicyRule } from "@heddle/protocol";
import { describe, expect, test } from "vitest";
import { decide, passedLimits, type RuleInForce } from "./decide.ts";
import {
  type Circumstances,
  commandParts,
  type Facts,
  type FileFact,
  fileParts,
  type ToolCall,
  toolPart,
} from "./facts.ts";
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
  const parts = commandParts({ cmd, cwd: "/w/t", worktree: "/w/t", checks });
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

/** A call of a tool of a server in the box, or of one that is somewhere else. */
function toolFacts(input: object = {}, host: string | null = null, confined = false): Facts {
  const call: ToolCall = { server: "shell", tool: "run", host, arguments: JSON.stringify(input) };
  return {
    parts: [toolPart(call, { worktree: "/w/t", confined })],
    change: [],
    sinceApproval: [],
    ...circumstances,
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

test.each<[string, string, PolicyEffect]>([
  ["Allow running exactly 'rm -rf build'", "rm -rf build", "allow"],
  ["Allow running exactly 'rm -rf build'", "rm -rf build src .github", "ask"],
  ["Allow running exactly 'rm -rf build'", "rm -rf", "ask"],
  ["Allow running exactly 'git'", "git config --global a.b c", "ask"],
  ["Allow running 'git'", "git config --global a.b c", "allow"],
  ["Never run exactly 'git push'. Allow doing anything", "git push", "deny"],
  ["Never run exactly 'git push'. Allow doing anything", "/usr/bin/git push", "deny"],
  ["Never run exactly 'git push'. Allow doing anything", "git push --force", "allow"],
  ["Never run exactly 'git push'. Allow doing anything", "git push $X", "ask"],
  ["Ask before running commands, except running exactly 'ls'. Allow doing anything", "ls", "allow"],
  [
    "Ask before running commands, except running exactly 'ls'. Allow doing anything",
    "ls -a",
    "ask",
  ],
])("%s: %s: %s", async (text, cmd, verdict) => {
  expect(decide(await commandFacts(cmd), rulesOf(text)).verdict).toBe(verdict);
});

describe("a call of an MCP tool", () => {
  const aboutCommands = [
    ...["Never push", "Never run commands", "Never use the network", "Never install packages"],
    ...["Never run git commands", "Only connect to example.org", "Never run tests"],
    ...["Never touch files outside the worktree", "Only run 'npm test'"],
    ...["Ask before doing anything, except running tests", "Allow running commands. Never push"],
    "Allow using MCP tools. Never push",
  ];

  test.each(aboutCommands)("may do what a rule is about, so that it asks: %s", (text) => {
    expect(verdictOf(text, toolFacts())).toBe("ask");
  });

  test.each(["'shell'", "'shell/run'", "'other' or 'shell/run'"])(
    "runs where a rule allows it by its name: %s",
    (names) => {
      const text = `Never push. Never use the network. Allow using MCP tools of ${names}`;
      expect(verdictOf(text, toolFacts())).toBe("allow");
      expect(verdictOf(`${text}. Never use MCP tools`, toolFacts())).toBe("deny");
    },
  );

  test("is not allowed by a rule for another tool", () => {
    expect(verdictOf("Never push. Allow using MCP tools of 'shell/read'", toolFacts())).toBe("ask");
  });

  test.each<[object, PolicyEffect]>([
    [{ path: "/etc/passwd" }, "deny"],
    [{ path: " file:///etc/passwd\n" }, "deny"],
    [{ edits: [{ to: ["~/.bashrc"] }] }, "deny"],
    [{ path: "src/../../other" }, "deny"],
    [{ "/etc/passwd": 1 }, "deny"],
    [{ path: "/w/t/src/a.txt", text: "/etc is\nno path here" }, "allow"],
    [{ path: "src/a.txt", depth: 2, all: null }, "allow"],
  ])("goes outside by a path in its arguments, whatever is allowed: %j", (input, verdict) => {
    const named = "Never touch files outside the worktree. Allow using MCP tools of 'shell'";
    expect(verdictOf(named, toolFacts(input))).toBe(verdict);
  });

  test("is allowed nothing by a rule that allows files outside", () => {
    const rules = rulesOf("Allow touching files outside the worktree");
    expect(decide(toolFacts({ path: "/etc/passwd" }), rules).verdict).toBe("ask");
  });

  test("of a remote server is a connection to its host", () => {
    const remote = toolFacts({ path: "/repos" }, "api.example.org:443");
    expect(verdictOf("Never use the network", remote)).toBe("deny");
    expect(verdictOf("Only connect to other.org", remote)).toBe("deny");
    expect(verdictOf("Only connect to '*.example.org'", remote)).toBe("allow");
    expect(verdictOf("Never touch files outside the worktree", remote)).toBe("allow");
    expect(verdictOf("Never push. Allow connecting to api.example.org", remote)).toBe("ask");
  });

  test("that the box confines to reading runs under rules about commands and the network", () => {
    const confined = toolFacts({ path: "a.txt" }, null, true);
    const text = "Never push. Never use the network. Only connect to example.org. Never run tests";
    expect(verdictOf(text, confined)).toBe("allow");
    expect(verdictOf("Never touch files outside the worktree", confined)).toBe("ask");
    expect(verdictOf("Ask before using MCP tools", confined)).toBe("ask");
  });

  test("says why it asks", () => {
    expect(decide(toolFacts(), rulesOf("Never push"))).toMatchObject({
      reason:
        "Never run 'git push'. It may do that: what a tool of an MCP server does is not known.",
      doubtful: true,
    });
  });
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
    ["Only change docs/", [file("other/docs/a")], "deny"],
    ["Only change docs/", [file(".github/docs/a")], "deny"],
    ["Only change '**/docs/'", [file("other/docs/a")], "allow"],
    ["Only change ./docs/", [file("other/docs/a")], "deny"],
    ["Ask before changing files, except docs/", [file("other/docs/a")], "ask"],
    ["Ask before changing more than 5 lines outside docs/", [file("other/docs/a", 90)], "ask"],
    ["Never change docs/", [file("other/docs/a")], "deny"],
    ["Never change ./docs/", [file("other/docs/a")], "allow"],
    ["Never change /docs/", [file("docs/a")], "deny"],
    ["Never change './*.sql'", [file("db/a.sql")], "allow"],
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

  test.each<[string, FileFact[], PolicyEffect]>([
    ["this file, in small steps", [file("b", 51)], "ask"],
    ["this file, which is back to what was approved", [], "allow"],
    ["another file", [file("a", 90), file("b", 20)], "allow"],
  ])("in one file are counted since the last approval: %s", (_, sinceApproval, verdict) => {
    const facts = changeFacts([file("b", 20)], { sinceApproval });
    const text = "Ask before changing more than 50 lines in one file";
    expect(verdictOf(text, facts)).toBe(verdict);
  });
});

test("an allowed folder is that of the root, in rules of older versions too", () => {
  const decided = (path: string) => {
    const rule: PolicyRule = { effect: "allow", target: { type: "change", paths: ["docs/"] } };
    return decide(changeFacts([file(path)]), [{ rule, source: "test" }]).verdict;
  };
  expect(["docs/a", "other/docs/a"].map(decided)).toEqual(["allow", "ask"]);
});

test.each<[string, Partial<Facts>, PolicyEffect]>([
  ["Between 22:00 and 07:00, never change files", { time: "21:59" }, "allow"],
  ["Between 22:00 and 07:00, never change files", { time: "22:00" }, "deny"],
  ["Between 22:00 and 07:00, never change files", { time: "06:59" }, "deny"],
  ["Between 22:00 and 07:00, never change files", { time: "07:00" }, "allow"],
  ["After 18:00, never change files", { time: "23:59" }, "deny"],
  ["On Friday between 22:00 and 07:00, never change files", { day: "fri", time: "23:00" }, "deny"],
  ["On Friday between 22:00 and 07:00, never change files", { day: "sat", time: "02:00" }, "deny"],
  ["On Friday between 22:00 and 07:00, never change files", { day: "fri", time: "02:00" }, "allow"],
  ["On Sunday between 22:00 and 07:00, never change files", { day: "mon", time: "06:59" }, "deny"],
  ["On Friday after 22:00, never change files", { day: "fri", time: "02:00" }, "allow"],
  ["On weekends, ask before changing files", { day: "sat" }, "ask"],
  ["On weekends, ask before changing files", { day: "fri" }, "allow"],
  ["While unattended, never change files", { attended: false }, "deny"],
  ["While unattended, never change files", {}, "allow"],
])("%s with %j: %s", (text, more, verdict) => {
  expect(verdictOf(text, changeFacts([file("a")], more))).toBe(verdict);
});

test.each<[string, Partial<Circumstances["costUsd"]>, PolicyEffect[]]>([
  ["Ask before spending more than $2", { sinceLastApproval: 2.01 }, ["ask"]],
  ["Ask before spending more than $2", { sinceLastApproval: 2, turn: 5 }, []],
  ["Never spend more than $5 in one turn", { turn: 5.5 }, ["deny"]],
  ["Never spend more than $5 in one turn. Ask before spending more than $1", { turn: 5 }, []],
  ["While unattended, never spend more than $5 in one turn", { turn: 5.5 }, []],
  ["Never push", { turn: 5.5 }, []],
])("%s, with %j spent, holds requests up: %j", (text, spent, effects) => {
  const now = { ...circumstances, costUsd: { ...circumstances.costUsd, ...spent } };
  const passed = passedLimits(
    rulesOf(text).map(({ rule }) => rule),
    now,
  );
  expect(passed.map(({ rule }) => rule.effect)).toEqual(effects);
  expect(verdictOf(text, { ...changeFacts([file("a")]), ...now })).toBe("allow");
});
