import { type ThreadFacts, type ThreadView, type Turn, turnEnded } from "@heddle/protocol";
import { printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { cut, displayWidth } from "../terminal/table.ts";
import { paintState, threadState } from "../thread/thread-state.ts";

export interface Standing {
  readonly view: ThreadView;
  /** What `thread/status` said last. */
  readonly facts: ThreadFacts | undefined;
}

/** A part of the line; those with a higher number are left out first where it is narrow. */
interface Part {
  readonly text: string;
  readonly keep: number;
  readonly paint?: (text: string) => string;
}

/** One line of what a thread is in: state, mode, model, context, cost, and how far its plan is. */
export function statusLine({ view, facts }: Standing, width: number, paint: Paint): string {
  const parts = [
    { text: threadState(view.thread), keep: 0, paint: (text: string) => paintState(text, paint) },
    { text: modeOf(view), keep: 1 },
    { text: stepOf(view), keep: 5 },
    { text: queueOf(view), keep: 4 },
    { text: modelOf(facts, view), keep: 6 },
    { text: contextOf(facts), keep: 2 },
    { text: costOf(facts), keep: 3 },
    { text: printableLine(view.thread.title), keep: 7 },
  ];
  return fitted(parts, width, paint);
}

function fitted(given: readonly Part[], width: number, paint: Paint): string {
  let parts = given.filter(({ text }) => text !== "");
  const joined = () => parts.map(({ text }) => text).join(" · ");
  while (displayWidth(joined()) > width && parts.length > 1) {
    const last = parts.reduce((a, b) => (a.keep > b.keep ? a : b));
    parts = parts.filter((part) => part !== last);
  }
  const separator = paint("dim", " · ");
  const dim = (text: string) => paint("dim", text);
  return parts.map(({ text, paint: own = dim }) => own(cut(text, width))).join(separator);
}

/** The turn that works now. */
export function runningTurn({ turns }: ThreadView): Turn | undefined {
  return turns.find(({ state }) => !turnEnded(state) && state !== "queued");
}

/** The turns that wait behind it. */
export function queuedTurns({ turns }: ThreadView): Turn[] {
  return turns.filter(({ state }) => state === "queued");
}

function modeOf(view: ThreadView): string {
  const turn = runningTurn(view);
  if (turn) return turn.mode;
  return view.thread.planMode ? "plan mode" : "implement";
}

function queueOf(view: ThreadView): string {
  const waiting = queuedTurns(view).length;
  return waiting === 0 ? "" : `${waiting} queued`;
}

/** The step of the plan that is worked on. */
function stepOf(view: ThreadView): string {
  const turn = runningTurn(view);
  const item = view.items.findLast(({ type, turnId }) => type === "plan" && turnId === turn?.id);
  if (item?.type !== "plan" || item.steps.length === 0) return "";
  const done = item.steps.filter(({ status }) => status === "completed").length;
  const now = item.steps.find(({ status }) => status === "inProgress");
  const name = now === undefined ? "" : `: ${cut(printableLine(now.step), 40)}`;
  return `step ${Math.min(done + 1, item.steps.length)} of ${item.steps.length}${name}`;
}

function modelOf(facts: ThreadFacts | undefined, view: ThreadView): string {
  return printableLine(runningTurn(view)?.model ?? facts?.model ?? "");
}

function contextOf(facts: ThreadFacts | undefined): string {
  if (facts === undefined) return "";
  return `context ${Math.round((100 * facts.context.tokens) / facts.context.limit)} %`;
}

function costOf(facts: ThreadFacts | undefined): string {
  const cost = facts?.usage.costUsd;
  return cost === undefined || cost === null ? "" : `$${cost.toFixed(4)}`;
}
