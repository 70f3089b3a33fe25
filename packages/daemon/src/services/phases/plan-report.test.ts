import { newId, Plan, PlanId, Proof, ThreadId, TurnId } from "@heddle/protocol";
import { expect, test } from "vitest";
import { planReport } from "./plan-report.ts";

const plan = Plan.parse({
  id: newId(PlanId),
  threadId: newId(ThreadId),
  turnId: newId(TurnId),
  version: 1,
  state: "approved",
  content: { goal: "Mend it", steps: ["Do it", "Do it"], files: ["a.txt"], lineBudget: 4 },
  hash: "",
  approvedHash: "",
  comment: null,
  decidedBy: null,
  createdAt: 0,
  updatedAt: 0,
});

test("what is left is said once, however often it was found", () => {
  const problem = "taken back: the approved plan does not speak of b.txt";
  const proof = Proof.parse({
    verdict: "refused",
    rounds: 1,
    treeHash: null,
    problems: [problem, problem],
    changedTests: [],
  });
  const { left } = planReport({ plan, changes: [], items: [], checks: [], proof });
  expect(left).toEqual(["step: Do it", problem]);
});
