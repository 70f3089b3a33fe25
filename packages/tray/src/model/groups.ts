import { type Approval, atWork, type Thread } from "@heddle/protocol";
import type { TrayState } from "./state.ts";
import { count } from "./text.ts";

export type IconState = "idle" | "working" | "needsYou" | "failed";

/** The threads as the menu shows them; one that needs somebody is in no other group. */
export interface Groups {
  readonly needsYou: readonly { thread: Thread | undefined; approval: Approval | undefined }[];
  readonly running: readonly Thread[];
  readonly ready: readonly Thread[];
  readonly failed: readonly Thread[];
}

export function groupsOf({ threads, approvals }: TrayState): Groups {
  const asking = [...approvals.values()].sort((a, b) => a.createdAt - b.createdAt);
  const asked = new Set<string>(asking.map(({ threadId }) => threadId));
  const all = [...threads.values()].sort((a, b) => b.updatedAt - a.updatedAt);
  const waiting = all.filter(({ id, status }) => status === "waitingForUser" && !asked.has(id));
  return {
    needsYou: [
      ...asking.map((approval) => ({ approval, thread: threads.get(approval.threadId) })),
      ...waiting.map((thread) => ({ thread, approval: undefined })),
    ],
    running: all.filter(({ id, status }) => atWork.includes(status) && !asked.has(id)),
    ready: all.filter(isReady),
    failed: all.filter(hasFailed),
  };
}

/** Its work waits to be landed, and was not found wanting. */
function isReady({ status, unlandedCommit, lastTurn }: Thread): boolean {
  return status === "idle" && unlandedCommit !== null && lastTurn === "done";
}

export function hasFailed({ status, lastTurn }: Thread): boolean {
  if (status === "failed") return true;
  return status === "idle" && (lastTurn === "failed" || lastTurn === "doneUnverified");
}

/** What has failed before somebody looked is in the menu, and no longer in the icon. */
export function iconOf({ needsYou, failed, running }: Groups, seenAt: number): IconState {
  if (needsYou.length > 0) return "needsYou";
  if (failed.some(({ updatedAt }) => updatedAt > seenAt)) return "failed";
  return running.length > 0 ? "working" : "idle";
}

/** What all of it comes to, in one line. */
export function summaryOf(state: TrayState, groups: Groups): string {
  if (!state.connected) return "no daemon is running";
  const { needsYou, failed, running, ready } = groups;
  const needs = `${needsYou.length} ${needsYou.length === 1 ? "needs" : "need"} you`;
  const parts = [
    needsYou.length > 0 ? needs : "",
    failed.length > 0 ? `${failed.length} failed` : "",
    running.length > 0 ? `${running.length} running` : "",
    ready.length > 0 ? `${ready.length} ready to land` : "",
  ].filter(Boolean);
  return parts.join(", ") || `nothing to do (${count(state.threads.size, "thread")})`;
}
