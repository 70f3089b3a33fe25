import type { Thread } from "@heddle/protocol";
import { expect, test } from "vitest";
import { threadState } from "./thread-state.ts";

const commit = "a".repeat(40);
const at = (fields: Partial<Thread>) =>
  threadState({
    status: "idle",
    lastTurn: null,
    unlandedCommit: null,
    landedCommit: null,
    ...fields,
  } as Thread);

test.each<[string, Partial<Thread>]>([
  ["idle", {}],
  ["idle", { lastTurn: "done" }],
  ["ready to land", { lastTurn: "done", unlandedCommit: commit }],
  ["ready to land", { lastTurn: "done", unlandedCommit: commit, landedCommit: commit }],
  ["landed", { lastTurn: "done", landedCommit: commit }],
  ["failed", { lastTurn: "failed", unlandedCommit: commit }],
  ["unverified", { lastTurn: "doneUnverified", unlandedCommit: commit }],
  ["interrupted", { lastTurn: "interrupted" }],
  ["needs you", { status: "waitingForApproval" }],
  ["needs you", { status: "waitingForUser", lastTurn: "failed" }],
  ["running", { status: "running", lastTurn: "failed" }],
  ["preparing", { status: "provisioning" }],
  ["detached", { status: "detached" }],
])("a thread is %s: %j", (state, fields) => {
  expect(at(fields)).toBe(state);
});
