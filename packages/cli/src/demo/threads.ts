import type { Approval, Diff, Landing, Project, Thread, ThreadView, Turn } from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { type Following, followThread } from "../thread/follow-thread.ts";
import { turnParams } from "../turn-params.ts";
import type { DemoTask } from "./script.ts";

/** Called with everything that happens in the thread of a task, counted from 1. */
export type See = (number: number, notice: ThreadNotice, view: ThreadView) => void;

export interface Context {
  readonly daemon: HeddleClient;
  readonly see: See;
  readonly signal: AbortSignal;
}

export interface Work {
  readonly number: number;
  readonly task: DemoTask;
  readonly thread: Thread;
  readonly turn: Turn;
  readonly view: ThreadView;
  /** What there is to land, as it was shown. */
  readonly diff: Diff;
}

/** Gives a task to a thread of its own, answers what it asks, and returns when its turn has ended. */
export async function workOn(
  context: Context,
  project: Project,
  { number, task }: Pick<Work, "number" | "task">,
): Promise<Work> {
  const { daemon } = context;
  const { title, prompt, policy } = task;
  const thread = await daemon.call("thread/start", { projectId: project.id, title, policy });
  await daemon.call("turn/start", turnParams(thread.id, prompt));
  const unanswered = Promise.withResolvers<never>();
  const following = { daemon, threadId: thread.id, signal: context.signal };
  const followed = follow(following, (notice, view) => {
    context.see(number, notice, view);
    if (notice.type !== "event") return undefined;
    const { event } = notice;
    if (event.type === "approvalRequested") {
      approve(daemon, event.approval).catch(unanswered.reject);
    }
    if (event.type === "threadUpdated" && event.thread.failure) throw unprepared(event.thread);
    return event.type === "turnCompleted" ? event.turn : undefined;
  });
  const { result: turn, view } = await Promise.race([followed, unanswered.promise]);
  const diff = await daemon.call("thread/diff", { threadId: thread.id });
  return { number, task, thread: view.thread, turn, view, diff };
}

async function approve(daemon: HeddleClient, { id, hash }: Approval): Promise<void> {
  const answer = { type: "accept", scope: "once" } as const;
  await daemon.call("approval/resolve", { approvalId: id, hash, answer });
}

function unprepared({ title, failure }: Thread): CliError {
  return new CliError(exitCodes.failed, `“${title}” could not be prepared: ${failure?.message}`);
}

/** Lands exactly the tree that was shown, and returns when that has succeeded or was refused. */
export async function land(
  { daemon, see, signal }: Context,
  { number, view, diff: { treeHash } }: Work,
): Promise<Landing> {
  const threadId = view.thread.id;
  const { id } = await daemon.call("thread/land", { threadId, treeHash });
  const { result } = await follow({ daemon, threadId, view, signal }, (notice, view) => {
    see(number, notice, view);
    if (notice.type !== "event" || notice.event.type !== "landingCompleted") return undefined;
    return notice.event.landing.id === id ? notice.event.landing : undefined;
  });
  return result;
}

async function follow<Result>(
  following: Following & { readonly signal: AbortSignal },
  see: (notice: ThreadNotice, view: ThreadView) => Result | undefined,
): Promise<{ result: Result; view: ThreadView }> {
  const { result, view } = await followThread(following, see);
  following.signal.throwIfAborted();
  if (result === undefined || view === undefined) throw new Error("a thread's events ended early");
  return { result, view };
}
