import { DaemonError } from "@heddle/protocol";
import { budgetNotes } from "./context/budget-notes.ts";
import { fitWindow } from "./context/compaction.ts";
import { dispatch } from "./dispatch.ts";
import { Gate, refusalEntry, reportOf } from "./gate/gate.ts";
import { ModelError } from "./model-error.ts";
import { begin, readMessages } from "./opening.ts";
import { lastWords, leftOpen } from "./recovery.ts";
import { RepetitionGuard } from "./repetition.ts";
import { type Sample, sample } from "./sampling.ts";
import { CommandSessions } from "./tools/sessions.ts";
import type { Ending, ToolContext } from "./tools/tool.ts";
import { failureOf } from "./turn-failure.ts";
import { leaveOff, type TurnHost, type TurnOutcome } from "./turn-host.ts";

/** What a report is stored with its turn; the message itself is kept whole. */
const summaryLimit = 20_000;

/** Runs one turn to its end: the model and its tools, one after the other. Never rejects. */
export async function runTurn(host: TurnHost): Promise<TurnOutcome> {
  try {
    await using sessions = new CommandSessions();
    let recovering = host.resumed;
    if (recovering) await host.phase.takeUp();
    else await begin(host);
    const gate = new Gate(host, sessions);
    const guard = recovering ? RepetitionGuard.of(host.history()) : new RepetitionGuard();
    for (;;) {
      const ending = await step({ host, sessions, gate, guard, recovering });
      // Whoever interrupts may count on it; a report that is there when a turn cannot go on stands.
      if (ending === undefined || !cannotGoOn(host.signal.reason)) host.signal.throwIfAborted();
      // A message that has come meanwhile is answered first.
      if (ending !== undefined && host.conclude()) return outcomeOf(ending);
      recovering = false;
    }
  } catch (error) {
    const stopped = host.signal.aborted ? host.signal.reason : error;
    if (host.signal.aborted && !cannotGoOn(stopped)) return { state: "interrupted" };
    return { state: "failed", failure: failureOf(stopped, host) };
  }
}

/**
 * The time of a budget can be over at any moment, and the model of a turn that is taken up again
 * can be gone; the turn is then stopped, like by its user.
 */
function cannotGoOn(reason: unknown): boolean {
  return reason instanceof DaemonError && reason !== leaveOff;
}

/** One response and its calls; the report if that was the last one, and is accepted. */
async function step(context: ToolContext): Promise<Ending | undefined> {
  const { host, recovering } = context;
  if (recovering) {
    const last = lastWords(host);
    if (last !== undefined) return typeof last === "string" ? await judge(context, last) : last;
  } else {
    await prepare(context);
  }
  const { calls, message } = recovering ? leftOpen(host) : await sampleOnce(host);
  if (calls.length === 0 && !recovering) return await judge(context, message);
  host.setState("dispatching");
  return await dispatch(calls, context);
}

/** What has to be said, and what has to be left out, before the model is asked. */
async function prepare({ host, guard }: ToolContext): Promise<void> {
  await readMessages(host);
  const notes = [...guard.takeAdvice(), ...budgetNotes(host.budgets(), () => host.history())];
  if (notes.length > 0) host.remember(notes);
  await host.authorizeRequest();
  await fitWindow(host);
}

/** A history that is longer than the model takes, whatever was estimated, is compacted once. */
async function sampleOnce(host: TurnHost): Promise<Sample> {
  try {
    return await sample(host);
  } catch (error) {
    const tooLong = error instanceof ModelError && error.kind === "contextLength";
    if (!tooLong || !(await fitWindow(host, { tooLong }))) throw error;
    return await sample(host);
  }
}

/** A message that calls nothing is a report as well, without claims. */
async function judge({ host, gate }: ToolContext, message: string): Promise<Ending | undefined> {
  const verdict = await gate.judge();
  const { type, proof } = verdict;
  host.atomically(() => {
    host.evidence.record(proof);
    if (type === "refused") host.remember([refusalEntry(verdict)]);
  });
  if (type === "refused") return undefined;
  return { summary: reportOf(message, proof), proven: type === "accepted" };
}

function outcomeOf({ summary, proven }: Ending): TurnOutcome {
  const state = proven ? "done" : "doneUnverified";
  return { state, summary: summary.slice(0, summaryLimit) };
}
