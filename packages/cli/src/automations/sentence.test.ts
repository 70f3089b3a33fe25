import { describe, expect, test } from "vitest";
import { parseSentence, parseWhen } from "./sentence.ts";

const recipe = (name: string) => ({ type: "recipe", recipe: name });
const schedule = (cron: string) => ({ type: "schedule", cron });

describe("a sentence", () => {
  test.each([
    ["every weekday at 9, scan dependencies", "0 9 * * 1-5", recipe("vulnerability-scan")],
    ["Every Monday at 9:30, write the changelog.", "30 9 * * 1", recipe("changelog")],
    ["monthly on the 1st at 7:30: audit tech debt", "30 7 1 * *", recipe("tech-debt")],
    ["run the tests every 2 hours", "0 */2 * * *", recipe("tests")],
    ["daily at 6:15 pm, run recipe tidy-up", "15 18 * * *", recipe("tidy-up")],
    [
      "every tuesday, thursday and saturday at noon, look at open issues, and sort them",
      "0 12 * * 2,4,6",
      { type: "prompt", prompt: "look at open issues, and sort them" },
    ],
  ])("%j says when and what", (sentence, cron, work) => {
    expect(parseSentence(sentence)).toEqual({ when: schedule(cron), work });
  });

  test("names commits, branches and paths as they are written", () => {
    expect(parseSentence("on every commit to Release/* in src/, run the tests")).toEqual({
      when: { type: "commit", branches: ["Release/*"], paths: ["src/"] },
      work: recipe("tests"),
    });
  });

  test("names the automation that another one follows", () => {
    expect(parseSentence("after nightly, check for vulnerabilities")).toEqual({
      when: { type: "after", name: "nightly" },
      work: recipe("vulnerability-scan"),
    });
  });

  test.each(["scan dependencies", "every blue moon, run the tests", "at 9", "", "every day at 9,"])(
    "%j is refused with examples",
    (sentence) => {
      expect(() => parseSentence(sentence)).toThrow(/does not say when, and what/);
    },
  );
});

test.each([
  ["every day at 25", undefined],
  ["every day at 13pm", undefined],
  ["every day at 12am", schedule("0 0 * * *")],
  ["monthly on the 32nd", undefined],
  ["hourly at :15", schedule("15 * * * *")],
  ["weekly", schedule("0 9 * * 1")],
  ["on weekends at midnight", schedule("0 0 * * 0,6")],
])("%j is %j", (words, expected) => {
  expect(parseWhen(words)).toEqual(expected);
});

test("an interval that does not come out even is refused with those that do", () => {
  expect(() => parseWhen("every 7 minutes")).toThrow(/does not come out even/);
});
