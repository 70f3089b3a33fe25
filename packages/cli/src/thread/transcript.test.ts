import type { Plan, Proof } from "@heddle/protocol";
import type { ThreadNotice } from "@heddle/protocol/node";
import { describe, expect, test } from "vitest";
import {
  approval,
  happened,
  item,
  itemId,
  landing,
  plan,
  streamed,
  turn,
} from "./fixture.test.support.ts";
import { Transcript, type TranscriptOptions } from "./transcript.ts";

function shown(notices: ThreadNotice[], options?: TranscriptOptions): string {
  const transcript = new Transcript(options);
  return notices.map((notice) => transcript.add(notice)).join("");
}

const started = (of: Parameters<typeof item>[0], id: string) =>
  happened({ type: "itemStarted", item: item(of, id, { state: "running" }) });

describe("what the agent says", () => {
  test("is shown as it comes and is not repeated at its end", () => {
    const whole = item("agentMessage", "1", { text: "I look first." });
    const notices = [
      started("agentMessage", "1"),
      streamed("1", 0, "I look"),
      streamed("1", 6, " first."),
      happened({ type: "itemCompleted", item: whole }),
    ];
    expect(shown(notices)).toBe("I look first.\n");
  });

  test("is completed where the last text did not stream", () => {
    const whole = item("agentMessage", "1", { text: "I look first.\n" });
    const notices = [
      started("agentMessage", "1"),
      streamed("1", 0, "I lo"),
      happened({ type: "itemCompleted", item: whole }),
    ];
    expect(shown(notices)).toBe("I look first.\n");
  });

  test("is not torn apart by a command that ends meanwhile", () => {
    const command = item("commandExecution", "2", { exitCode: 0 });
    const notices = [
      started("agentMessage", "1"),
      streamed("1", 0, "one "),
      happened({ type: "itemCompleted", item: command }),
      streamed("1", 4, "two"),
      happened({ type: "itemCompleted", item: item("agentMessage", "1", { text: "one two" }) }),
    ];
    expect(shown(notices)).toBe("one two\n$ npm test\n  exit 0\n");
  });

  test("begins anew below a mark where the daemon lost its end in a crash", () => {
    const notices = [
      started("agentMessage", "1"),
      streamed("1", 0, "abcdef"),
      streamed("1", 3, "xyz"),
      happened({ type: "itemCompleted", item: item("agentMessage", "1", { text: "abcxyz" }) }),
    ];
    expect(shown(notices)).toBe("abcdef\n[resumed] xyz\n");
  });

  test("is marked where the response was cut off", () => {
    const cutOff = item("agentMessage", "1", { state: "superseded", text: "I lo" });
    const notices = [
      started("agentMessage", "1"),
      streamed("1", 0, "I lo"),
      happened({ type: "itemCompleted", item: cutOff }),
    ];
    expect(shown(notices)).toBe("I lo\n(cut off)\n");
  });

  test("cannot act on the terminal", () => {
    const notices = [started("agentMessage", "1"), streamed("1", 0, "\x1b]0;x\x07\u202e")];
    expect(shown(notices)).toBe("\\x1b]0;x\\x07\\u{202e}");
  });
});

test("reasoning is shown only where it is wanted", () => {
  const notices = [
    started("reasoning", "1"),
    streamed("1", 0, "hm"),
    happened({ type: "itemCompleted", item: item("reasoning", "1", { text: "hm" }) }),
  ];
  expect(shown(notices)).toBe("");
  expect(shown(notices, { reasoning: true })).toBe("hm\n");
});

describe("a command", () => {
  const ended = item("commandExecution", "1", {
    exitCode: 1,
    wallMs: 1234,
    text: `${Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n")}\n`,
  });

  test("is shown when it starts, then with the end of its output and its exit code", () => {
    const transcript = new Transcript();
    const running = item("commandExecution", "1", { state: "running" });
    expect(transcript.add(happened({ type: "itemStarted", item: running }))).toBe("$ npm test\n");
    const end = transcript.add(happened({ type: "itemCompleted", item: ended }));
    expect(end).toMatch(
      /^ {2}… 12 more lines\n {2}line 12\n(?:.*\n)* {2}line 19\n {2}exit 1 in 1\.2 s\n$/,
    );
  });

  test("is named again where other lines came between", () => {
    const notices = [
      started("commandExecution", "1"),
      started("commandExecution", "2"),
      happened({ type: "itemCompleted", item: item("commandExecution", "1", { exitCode: 0 }) }),
    ];
    expect(shown(notices)).toBe("$ npm test\n$ npm test\n$ npm test\n  exit 0\n");
  });

  test("is not named again below the answer to its own approval", () => {
    const resolved = approval({ state: "accepted", itemId: itemId("1") });
    const notices = [
      started("commandExecution", "1"),
      happened({ type: "approvalResolved", approval: resolved }),
      happened({ type: "itemCompleted", item: item("commandExecution", "1", { exitCode: 0 }) }),
    ];
    expect(shown(notices)).toBe("$ npm test\naccepted\n  exit 0\n");
  });

  test.each([
    [{ state: "declined" }, "declined"],
    [{ state: "interrupted", wallMs: 2000 }, "interrupted in 2.0 s"],
    [{ sessionId: 3 }, "still running (3)"],
  ] as const)("that has no exit code says why: %j", (fields, end) => {
    const command = item("commandExecution", "1", fields);
    expect(shown([happened({ type: "itemCompleted", item: command })])).toBe(
      `$ npm test\n  ${end}\n`,
    );
  });
});

test("changed files are shown with what was added and removed", () => {
  const changes = [
    { path: "src/a.ts", kind: "update", additions: 3, deletions: 1 },
    { path: "b.ts", oldPath: "c.ts", kind: "move", additions: 0, deletions: 0 },
  ] as const;
  const change = item("fileChange", "1", { changes: [...changes] });
  expect(shown([happened({ type: "itemCompleted", item: change })])).toBe(
    "M src/a.ts  +3 -1\nR c.ts → b.ts  +0 -0\n",
  );
});

test("a patch that was refused says why", () => {
  const change = item("fileChange", "1", { state: "failed", text: "context not found\nmore" });
  expect(shown([happened({ type: "itemCompleted", item: change })])).toBe(
    "patch failed: context not found\n",
  );
});

test("a plan is shown step by step", () => {
  const plan = item("plan", "1", {
    steps: [
      { step: "look", status: "completed" },
      { step: "mend", status: "inProgress" },
      { step: "test", status: "pending" },
    ],
  });
  expect(shown([happened({ type: "itemCompleted", item: plan })])).toBe(
    "[x] look\n[>] mend\n[ ] test\n",
  );
});

test("a check of the gate is told from a command of the agent's", () => {
  const check = item("commandExecution", "1", { by: "gate", exitCode: 0, wallMs: 5 });
  expect(shown([happened({ type: "itemCompleted", item: check })])).toBe(
    "proof: $ npm test\n  exit 0 in 5 ms\n",
  );
});

test("a history that was made shorter says so", () => {
  const compaction = item("compaction", "1", { kind: "summarized" });
  expect(shown([happened({ type: "itemCompleted", item: compaction })])).toBe(
    "· the model's window was nearly full: old items were summed up (about 100000 -> 40000 of 128000 tokens)\n",
  );
});

test("the answer to an approval is shown with who gave it", () => {
  const resolved = approval({
    state: "declined",
    answer: { type: "decline", comment: "keep dist" },
    answeredBy: { name: "panel", kind: "panel" },
  });
  expect(shown([happened({ type: "approvalResolved", approval: resolved })])).toBe(
    "declined by panel: keep dist\n",
  );
});

describe("the end of a turn", () => {
  test("is shown with what it took", () => {
    const usage = {
      requests: 2,
      inputTokens: 900,
      cachedInputTokens: 0,
      outputTokens: 80,
      reasoningTokens: 0,
      estimated: false,
      costUsd: null,
    };
    const done = turn({ usage, startedAt: 0, completedAt: 61_000, commit: "ab".repeat(20) });
    expect(shown([happened({ type: "turnCompleted", turn: done })])).toBe(
      "done · 1 min 1 s · 2 requests, 900 tokens in, 80 out · commit ababababab\n",
    );
  });

  test("does not repeat a summary that the agent has just said", () => {
    const said = item("agentMessage", "1", { text: "All tests pass." });
    const notices = [
      happened({ type: "itemCompleted", item: said }),
      happened({ type: "turnCompleted", turn: turn({ summary: "All tests pass." }) }),
    ];
    expect(shown(notices)).toBe("All tests pass.\ndone\n");
  });

  test("says whether the work was checked, and which tests that rests on", () => {
    const proof: Proof = {
      verdict: "passed",
      rounds: 0,
      treeHash: null,
      problems: [],
      changedTests: [],
      failedBefore: [],
    };
    const ends = (verdict: Proof["verdict"], more: Partial<Proof> = {}) => {
      const ended = turn({ proof: { ...proof, ...more, verdict } });
      return shown([happened({ type: "turnCompleted", turn: ended })]);
    };
    expect(ends("passed")).toBe("done · checked\n");
    expect(ends("unchanged")).toBe("done\n");
    expect(ends("unchecked")).toBe("done · unchecked: the project has no checks\n");
    expect(ends("passed", { changedTests: ["test/a.ts"] })).toBe(
      "done · checked\ntests or CI changed: test/a.ts\n",
    );
    const failedBefore = [{ command: "npm test", commit: "0123456789abcdef" }];
    expect(ends("failedBefore", { failedBefore })).toBe(
      "done\nfails as before on 0123456789: npm test\n",
    );
  });

  test("says what could not be proven", () => {
    const problems = ["the check `npm test` failed on the final tree\nexit_code: 1\n1 failed\n"];
    const ended = turn({
      state: "doneUnverified",
      summary: "All is done.",
      proof: {
        verdict: "refused",
        rounds: 3,
        treeHash: null,
        problems,
        changedTests: [],
        failedBefore: [],
      },
    });
    expect(shown([happened({ type: "turnCompleted", turn: ended })])).toBe(
      [
        "",
        "All is done.",
        "NOT PROVEN",
        "  the check `npm test` failed on the final tree",
        "    exit_code: 1",
        "    1 failed",
        "",
      ].join("\n"),
    );
  });

  test("says once what is left of its plan, all of it", () => {
    const failed = "the check `npm test` failed on the final tree\nexit_code: 1\n1 failed\n";
    const ended = turn({
      state: "doneUnverified",
      proof: {
        verdict: "refused",
        rounds: 3,
        treeHash: null,
        problems: [failed],
        changedTests: [],
        failedBefore: [],
      },
      report: {
        files: [],
        lines: 0,
        lineBudget: null,
        checks: [],
        left: ["step: Tell of it", failed],
      },
    });
    expect(shown([happened({ type: "turnCompleted", turn: ended })])).toBe(
      [
        "NOT PROVEN",
        "changed 0 files, 0 lines",
        "left to do",
        "  step: Tell of it",
        "  the check `npm test` failed on the final tree",
        "    exit_code: 1",
        "    1 failed",
        "",
      ].join("\n"),
    );
  });

  test("says why a turn failed", () => {
    const failure = { kind: "providerUnavailable", message: "http://h refused", details: {} };
    const failed = turn({ state: "failed", failure });
    expect(shown([happened({ type: "turnCompleted", turn: failed })])).toBe(
      "failed: http://h refused\n",
    );
  });
});

test("a wait for the model is said once, not at each event", () => {
  const waiting = happened({
    type: "turnUpdated",
    turn: turn({ state: "retryWait", retryAt: 0 }),
  });
  expect(shown([waiting, waiting])).toBe("the model does not answer; next try in 0 ms\n");
});

test("a refused landing shows the check that failed", () => {
  const refused = landing({
    state: "refused",
    failure: { kind: "checkFailed", message: "a check failed on the merged tree", details: {} },
    checks: [
      { command: "npm run lint", exitCode: 0, wallMs: 1, output: "" },
      { command: "npm test", exitCode: 1, wallMs: 1, output: "1 failed\n" },
    ],
  });
  expect(shown([happened({ type: "landingCompleted", landing: refused })])).toBe(
    "not landed: a check failed on the merged tree\n$ npm test\n  1 failed\n  exit 1\n",
  );
});

test("an event that this version does not know is passed over", () => {
  const unknown = { type: "moonRose" } as unknown as Parameters<typeof happened>[0];
  expect(shown([happened(unknown)])).toBe("");
});

describe("a plan", () => {
  const proposal = { ...plan.content };
  const proposed = happened({ type: "itemCompleted", item: item("plan", "1", { proposal }) });
  const changed = (fields: Partial<Plan> = {}) =>
    happened({ type: "planChanged", plan: { ...plan, ...fields } });
  const edited = { version: 2, content: { ...proposal, goal: "Anew." }, hash: "b".repeat(64) };
  const by = { name: "vim", kind: "editor" } as const;

  test("is shown once as it was proposed, and anew when somebody has changed it", () => {
    const text = shown([proposed, changed(), changed(edited)]);
    expect(text.split("Say two.")).toHaveLength(2);
    expect(text).toMatch(/\nproposed, edited 1 time {2}b{12}\nAnew\.\n {2}1\. Say it\n/);
  });

  test("that was shown is not repeated when it is decided", () => {
    const approved = changed({ state: "approved", decidedBy: by });
    const rejected = changed({ state: "rejected", decidedBy: by, comment: "too big" });
    const text = shown([proposed, changed(), approved, rejected, changed({ state: "superseded" })]);
    expect(text.split("added and deleted\n\n")[1]).toBe(
      "plan approved by vim  aaaaaaaaaaaa\nplan rejected by vim: too big  aaaaaaaaaaaa\n",
    );
  });

  test("that is approved before it was seen is shown whole", () => {
    const text = shown([proposed, changed(), changed({ ...edited, state: "approved" })]);
    expect(text).toMatch(/\napproved, edited 1 time.*\nAnew\.\n/);
  });

  test("was seen once it is on the terminal, not while it is held back", () => {
    const transcript = new Transcript();
    const whole = item("agentMessage", "2", { text: "one two" });
    const add = (notice: ThreadNotice) => {
      transcript.add(notice);
      return transcript.shownPlan?.version;
    };
    expect([proposed, changed()].map(add)).toEqual([undefined, 1]);
    expect(add(started("agentMessage", "2"))).toBe(1);
    expect(add(streamed("2", 0, "one "))).toBe(1);
    expect(add(changed(edited))).toBeUndefined();
    expect(add(happened({ type: "itemCompleted", item: whole }))).toBe(2);
  });
});
