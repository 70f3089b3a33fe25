import { environmentEntry } from "./context/environment.ts";
import { inputEntry } from "./context/user-input.ts";
import { dispatch } from "./dispatch.ts";
import type { InputEntry, ModelCall } from "./model-types.ts";
import { sample } from "./sampling.ts";
import { CommandSessions } from "./tools/sessions.ts";
import { failureOf } from "./turn-failure.ts";
import type { TurnHost, TurnOutcome } from "./turn-host.ts";

/** What a report is stored with its turn; the message itself is kept whole. */
const summaryLimit = 20_000;

/** Runs one turn to its end: the model and its tools, one after the other. Never rejects. */
export async function runTurn(host: TurnHost): Promise<TurnOutcome> {
  try {
    await using sessions = new CommandSessions();
    let open = host.resumed ? unansweredCalls(host.history()).map(toModelCall) : [];
    if (!host.resumed) await begin(host);
    for (;;) {
      const { calls, message } =
        open.length > 0 ? { calls: open, message: "" } : await sample(host);
      open = [];
      if (calls.length === 0) return { state: "done", summary: message.slice(0, summaryLimit) };
      host.setState("dispatching");
      const summary = await dispatch(calls, { host, sessions });
      if (summary !== undefined) return { state: "done", summary };
      host.signal.throwIfAborted();
    }
  } catch (error) {
    if (host.signal.aborted) return { state: "interrupted" };
    return { state: "failed", failure: failureOf(error, host) };
  }
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

function unansweredCalls(past: readonly InputEntry[]): InputEntry[] {
  const answered = new Set(
    past.filter(({ type }) => type.endsWith("_call_output")).map(({ call_id }) => call_id),
  );
  return past.filter(({ type, call_id }) => type.endsWith("_call") && !answered.has(call_id));
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
