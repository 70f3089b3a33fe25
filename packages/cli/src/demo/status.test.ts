import type { ThreadView } from "@heddle/protocol";
import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { displayWidth } from "../terminal/table.ts";
import { item, landing, turn } from "../thread/fixture.test.support.ts";
import { thread, view } from "./fixture.test.support.ts";
import { nowDoing, statusLine } from "./status.ts";

const running = { state: "running" } as const;
const done = turn({ state: "done", startedAt: 0, completedAt: 2_500 });
const failed = turn({
  state: "failed",
  failure: { kind: "disconnected", message: "no model", details: {} },
});

test.each<[string, Partial<ThreadView>]>([
  ["makes its worktree", { thread: { ...thread, status: "provisioning" } }],
  ["queued", { turns: [turn({ state: "queued" })] }],
  ["thinks", { turns: [turn({ state: "sampling" })] }],
  [
    "I run the tests.",
    {
      turns: [turn({ state: "sampling" })],
      items: [item("agentMessage", "1", { ...running, text: "I run the tests." })],
    },
  ],
  [
    "$ npm test",
    { turns: [turn({ state: "dispatching" })], items: [item("commandExecution", "1", running)] },
  ],
  ["waits for an approval", { turns: [turn({ state: "waitingForApproval" })] }],
  ["done in 2.5 s, ready to land", { turns: [done] }],
  ["no model", { turns: [failed] }],
  ["tests the merged tree", { turns: [done], landings: [landing({ state: "checking" })] }],
  [
    "landed on main as aaaaaaaaaa",
    { turns: [done], landings: [landing({ commit: "a".repeat(40) })] },
  ],
])("a thread says: %s", (text, fields) => {
  expect(nowDoing(view(fields))).toBe(text);
});

test.each([20, 60, 61, 100])("a line fits into %i columns, and says who and what", (width) => {
  const cmd = `npm test -- ${"test/a.test.js ".repeat(20)}`;
  const items = [item("commandExecution", "1", { ...running, cmd })];
  const busy = view({ turns: [turn({ state: "dispatching" })], items });
  const line = statusLine({ number: 2, title: "Add it", view: busy, elapsedMs: 0 }, width, plain);
  expect(displayWidth(line.trimEnd())).toBeLessThanOrEqual(width);
  expect(line).toMatch(/^⠋ \[2\] Add it/);
});

test("the mark moves while the thread works, and stands still when it does not", () => {
  const at = (elapsedMs: number, fields: Partial<ThreadView>) =>
    statusLine({ number: 1, title: "", view: view(fields), elapsedMs }, 80, plain)[0];
  const busy = { turns: [turn({ state: "sampling" })] };
  expect([at(0, busy), at(100, busy)]).toEqual(["⠋", "⠙"]);
  expect([at(0, { turns: [done] }), at(100, { turns: [done] })]).toEqual(["·", "·"]);
  expect(at(0, { turns: [failed] })).toBe("✗");
  expect(at(0, { turns: [done], landings: [landing({ state: "landed" })] })).toBe("✓");
});
