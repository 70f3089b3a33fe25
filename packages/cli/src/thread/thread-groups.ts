import type { Thread } from "@heddle/protocol";
import { threadState } from "./thread-state.ts";

/** What threads are grouped by, in the order of what a person looks at first. */
export const threadGroups = ["needs you", "working", "ready to land", "idle"] as const;
export type ThreadGroup = (typeof threadGroups)[number];

const groupOfState: Readonly<Record<string, ThreadGroup>> = {
  "needs you": "needs you",
  failed: "needs you",
  unverified: "needs you",
  detached: "needs you",
  preparing: "working",
  queued: "working",
  running: "working",
  landing: "working",
  "ready to land": "ready to land",
};

export function groupOf(thread: Thread): ThreadGroup {
  return groupOfState[threadState(thread)] ?? "idle";
}

/** Threads by group; within one, the last that changed is first. */
export function byGroup(threads: readonly Thread[]): Thread[] {
  const place = (thread: Thread) => threadGroups.indexOf(groupOf(thread));
  return threads.toSorted((a, b) => place(a) - place(b) || b.updatedAt - a.updatedAt);
}

/** The thread that somebody means who names none: one that waits for them, or the newest. */
export function likeliest(threads: readonly Thread[]): Thread | undefined {
  const newestFirst = threads.toSorted((a, b) => b.createdAt - a.createdAt);
  return newestFirst.find((thread) => threadState(thread) === "needs you") ?? newestFirst[0];
}
