import type { Approval, Failure, ThreadEvent, ThreadView, Turn, TurnId } from "@heddle/protocol";
import { listAll } from "@heddle/protocol/node";
import { Keyboard } from "../terminal/ask.ts";
import { Answers } from "./answers.ts";
import { type Following, followThread } from "./follow-thread.ts";
import type { Screen } from "./screen.ts";

export type Outcome =
  | { readonly type: "ended"; readonly turn: Turn }
  /** The thread could not be prepared, so the turn never began. */
  | { readonly type: "unprepared"; readonly failure: Failure }
  | { readonly type: "waiting"; readonly approvals: readonly Approval[] }
  | { readonly type: "left" };

export interface TurnWatch extends Following {
  readonly turnId: TurnId;
  readonly screen: Screen;
  /** Whether somebody is here to answer approvals. */
  readonly asks: boolean;
  readonly signal: AbortSignal;
}

/** Follows a turn until it has ended, waits for somebody who is not here, or the user leaves. */
export async function watchTurn(
  watch: TurnWatch,
): Promise<{ outcome: Outcome; view: ThreadView | undefined }> {
  const { daemon, threadId, screen } = watch;
  const stopped = new AbortController();
  let fault: unknown;
  let unanswered = false;
  using keyboard = new Keyboard();
  const answers = new Answers({
    daemon,
    keyboard,
    hold: () => screen.hold(),
    release: () => screen.release(),
    left: () => {
      unanswered = true;
      stopped.abort();
    },
    failed: (error) => {
      fault = error;
      stopped.abort();
    },
  });

  const signal = AbortSignal.any([watch.signal, stopped.signal]);
  for (const approval of watch.view?.approvals ?? []) {
    if (watch.asks && approval.state === "pending") answers.take(approval);
  }
  const { result, view } = await followThread({ ...watch, signal }, (notice) => {
    screen.show(notice);
    return notice.type === "event" ? verdict(notice.event, watch, answers) : undefined;
  });
  screen.release();
  if (fault !== undefined) throw fault;
  if (result === undefined && !unanswered) return { outcome: { type: "left" }, view };
  if (result !== undefined && result !== "waiting") return { outcome: result, view };
  const approvals = await listAll(daemon, "approval/list", { threadId });
  return { outcome: { type: "waiting", approvals }, view };
}

function verdict(
  event: ThreadEvent,
  { turnId, asks }: TurnWatch,
  answers: Answers,
): Outcome | "waiting" | undefined {
  switch (event.type) {
    case "turnCompleted":
      return event.turn.id === turnId ? { type: "ended", turn: event.turn } : undefined;
    case "threadUpdated": {
      const { failure } = event.thread;
      return failure ? { type: "unprepared", failure } : undefined;
    }
    case "approvalRequested":
    case "approvalResolved":
      if (!asks) return event.type === "approvalRequested" ? "waiting" : undefined;
      answers.take(event.approval);
      return undefined;
    default:
      return undefined;
  }
}
