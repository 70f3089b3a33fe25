import { environmentEntry } from "./context/environment.ts";
import { inputEntry } from "./context/user-input.ts";
import { dispatch } from "./dispatch.ts";
import type { InputEntry, ModelCall } from "./model-types.ts";
import { type Sample, sample } from "./sampling.ts";
import { finishSummary } from "./tools/finish.ts";
import { CommandSessions } from "./tools/sessions.ts";
import { failureOf } from "./turn-failure.ts";
import type { TurnHost, TurnOutcome } from "./turn-host.ts";

/** What a report is stored with its turn; the message itself is kept whole. */
const summaryLimit = 20_000;

/** Runs one turn to its end: the model and its tools, one after the other. Never rejects. */
export async function runTurn(host: TurnHost): Promise<TurnOutcome> {
  try {
    await using sessions = new CommandSessions();
    let recovering = host.resumed;
    if (!recovering) await begin(host);
    for (;;) {
      const report = recovering ? reportIn(host.history()) : undefined;
      if (report !== undefined) return done(report);
      const { calls, message } = recovering ? leftOpen(host) : await sample(host);
      if (calls.length === 0 && !recovering) return done(message);
      host.setState("dispatching");
      const summary = await dispatch(calls, { host, sessions, recovering });
      if (summary !== undefined) return done(summary);
      recovering = false;
      host.signal.throwIfAborted();
    }
  } catch (error) {
    if (host.signal.aborted) return { state: "interrupted" };
    return { state: "failed", failure: failureOf(error, host) };
  }
}

function done(summary: string): TurnOutcome {
  return { state: "done", summary: summary.slice(0, summaryLimit) };
}

/** The report of a turn that was over but for its end, when its daemon was stopped. */
function reportIn(history: readonly InputEntry[]): string | undefined {
  if (unansweredCalls(history).length > 0) return undefined;
  const last = history.at(-1);
  if (last?.type === "message" && last.role === "assistant") return messageText(last);
  if (last?.type !== "function_call_output") return undefined;
  const call = history.findLast(
    ({ type, call_id }) => type === "function_call" && call_id === last.call_id,
  );
  return call?.name === "finish" ? finishSummary(String(call.arguments)) : undefined;
}

function messageText({ content }: InputEntry): string {
  const parts = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === "string" ? text : "")).join("");
}

/** The calls of a turn whose daemon was stopped before they were answered. */
function leftOpen(host: TurnHost): Sample {
  return { calls: unansweredCalls(host.history()).map(toModelCall), message: "" };
}

/** Adds what the user sent to the history; before it, what an earlier turn left open. */
async function begin(host: TurnHost): Promise<void> {
  const past = host.history();
  const environment = past.length === 0 ? [environmentEntry(host.environment)] : [];
  const input = await inputEntry(host.input, host.files);
  host.remember([...unanswered(past), ...environment, input]);
}

/** Every call needs a result before the model is asked again, also one that was cut short. */
function unanswered(past: readonly InputEntry[]): InputEntry[] {
  return unansweredCalls(past).map(({ type, call_id }) => ({
    type: `${type}_output`,
    call_id,
    output: "no result: the turn ended before this call did",
  }));
}

/** By number, since some servers give one id to calls of several responses. */
function unansweredCalls(past: readonly InputEntry[]): InputEntry[] {
  const answers = new Map<unknown, number>();
  for (const { type, call_id } of past) {
    if (type.endsWith("_call_output")) answers.set(call_id, (answers.get(call_id) ?? 0) + 1);
  }
  return past.filter(({ type, call_id }) => {
    if (!type.endsWith("_call")) return false;
    const left = answers.get(call_id) ?? 0;
    answers.set(call_id, left - 1);
    return left <= 0;
  });
}

function toModelCall(entry: InputEntry): ModelCall {
  const custom = entry.type === "custom_tool_call";
  const text = custom ? entry.input : entry.arguments;
  return {
    callId: String(entry.call_id),
    name: String(entry.name),
    arguments: String(text),
    custom,
  };
}
