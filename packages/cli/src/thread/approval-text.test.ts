import { describe, expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { answerCommands, answerPrompt, approvalText, parseAnswer } from "./approval-text.ts";
import { approval } from "./fixture.test.support.ts";

const question = approval({
  kind: "question",
  reason: "",
  subject: { type: "question", question: "Which store?", options: ["sqlite", "files"] },
});

test("an approval shows all that will happen, and how to answer", () => {
  const asked = approval();
  expect(approvalText(asked, plain) + answerCommands(asked)).toBe(
    [
      "approval 000000c1 in thread 000000a1",
      "  the policy `ask` asks before each command",
      "  $ rm -rf dist",
      "  in /w",
      '  heddle approve 000000c1    or: heddle deny 000000c1 --comment "…"',
      "",
    ].join("\n"),
  );
});

test("nothing in a command can hide what it does", () => {
  const cmd = `ls\r\x1b[2Krm -rf ~${"\n".repeat(3)}echo \u202edone`;
  const text = approvalText(
    approval({ subject: { type: "command", cmd, cwd: "/w", tty: false } }),
    plain,
  );
  expect(text).toContain("  $ ls\\x0d\\x1b[2Krm -rf ~\n  \n  \n  echo \\u{202e}done\n");
});

test("going on after a limit of money shows what was spent, and is allowed once", () => {
  const subject = { type: "spending", overUsd: 2, per: "turn", spentUsd: 2.25 } as const;
  const asked = approval({ reason: "Ask before spending more than $2 in one turn.", subject });
  expect(approvalText(asked, plain)).toContain(
    "  Ask before spending more than $2 in one turn.\n  ask the model again, after $2.2500 were spent\n",
  );
  expect(answerPrompt(asked)).toMatch(/^spend more\? \[y\]es, \[n\]o/);
});

test("a question shows its options by number", () => {
  expect(approvalText(question, plain)).toBe(
    "question 000000c1 in thread 000000a1\n  Which store?\n  1. sqlite\n  2. files\n",
  );
});

describe("a typed line", () => {
  test.each([
    ["y", { type: "accept", scope: "once" }],
    ["Yes", { type: "accept", scope: "once" }],
    ["a", { type: "accept", scope: "thread" }],
    ["n", { type: "decline" }],
    ["no keep dist", { type: "decline", comment: "keep dist" }],
  ])("%j answers a request for consent", (line, answer) => {
    expect(parseAnswer(approval(), line)).toEqual(answer);
  });

  test.each(["", "  ", "yep", "yes please delete it", "nothing"])(
    "%j is no answer to a request for consent",
    (line) => {
      expect(parseAnswer(approval(), line)).toBeUndefined();
    },
  );

  test("answers a question by number or by text", () => {
    expect(parseAnswer(question, "2")).toEqual({ type: "text", text: "files" });
    expect(parseAnswer(question, "both")).toEqual({ type: "text", text: "both" });
    expect(parseAnswer(question, "")).toBeUndefined();
  });
});
