import { expect, test } from "vitest";
import { askAccess } from "./project-access.ts";

function answering(...lines: (string | undefined)[]) {
  const questions: string[] = [];
  const put = async (question: string) => {
    questions.push(question);
    return lines.shift();
  };
  return { questions, put };
}

test.each([
  ["rw", "rw"],
  ["RO ", "ro"],
  ["n", undefined],
  ["", undefined],
  [undefined, undefined],
])("%j is taken at its word", async (line, access) => {
  const { put, questions } = answering(line);
  expect(await askAccess("/r", put)).toBe(access);
  expect(questions).toHaveLength(1);
});

test("a yes that does not say how much is asked again, not taken for a no", async () => {
  const { put, questions } = answering("y", "yes", "rw");
  expect(await askAccess("/r", put)).toBe("rw");
  expect(questions[1]).toMatch(/^Please type rw /);
});
