import { reportOf, wasRefused } from "./gate/gate.ts";
import type { InputEntry, ModelCall } from "./model-types.ts";
import type { Sample } from "./sampling.ts";
import { finishSummary } from "./tools/finish.ts";
import type { Ending } from "./tools/tool.ts";
import type { TurnHost } from "./turn-host.ts";

/**
 * How a turn ended but for its end, when its daemon was stopped: a message that has yet to be
 * judged, or a `finish` that was.
 */
export function lastWords(host: TurnHost): string | Ending | undefined {
  const history = host.history();
  if (unansweredCalls(history).length > 0) return undefined;
  const last = history.at(-1);
  if (last?.type === "message" && last.role === "assistant") return messageText(last);
  if (last?.type !== "function_call_output") return undefined;
  const call = history.findLast(
    ({ type, call_id }) => type === "function_call" && call_id === last.call_id,
  );
  const summary = call?.name === "finish" ? finishSummary(String(call.arguments)) : undefined;
  const proof = host.evidence.proof();
  if (summary === undefined || proof === null || wasRefused(last)) return undefined;
  return { summary: reportOf(summary, proof), proven: proof.verdict !== "refused" };
}

function messageText({ content }: InputEntry): string {
  const parts = Array.isArray(content) ? (content as { text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === "string" ? text : "")).join("");
}

/** The calls of a turn whose daemon was stopped before they were answered. */
export function leftOpen(host: TurnHost): Sample {
  return { calls: unansweredCalls(host.history()).map(toModelCall), message: "" };
}

/** Every call needs a result before the model is asked again, also one that was cut short. */
export function unanswered(past: readonly InputEntry[]): InputEntry[] {
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
