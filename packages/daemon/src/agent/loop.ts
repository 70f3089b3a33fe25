import { environmentEntry } from "./context/environment.ts";
import { openingMap } from "./context/opening-map.ts";
import { inputEntry } from "./context/user-input.ts";
import { dispatch } from "./dispatch.ts";
import type { InputEntry, ModelCall } from "./model-types.ts";
import { type Sample, sample } from "./sampling.ts";
import { finishSummary } from "./tools/finish.ts";
import { CommandSessions } from "./tools/sessions.ts";
import type { ToolContext } from "./tools/tool.ts";
import { failureOf } from "./turn-failure.ts";
import type { TurnHost, TurnOutcome, UserMessage } from "./turn-host.ts";

/** What a report is stored with its turn; the message itself is kept whole. */
const summaryLimit = 20_000;

/** Runs one turn to its end: the model and its tools, one after the other. Never rejects. */
export async function runTurn(host: TurnHost): Promise<TurnOutcome> {
  try {
    await using sessions = new CommandSessions();
    let recovering = host.resumed;
    if (!recovering) await begin(host);
    for (;;) {
      const report = await step({ host, sessions, recovering });
      // A message that has come meanwhile is answered first.
      if (report !== undefined && host.conclude()) return done(report);
      recovering = false;
      host.signal.throwIfAborted();
    }
  } catch (error) {
    if (host.signal.aborted) return { state: "interrupted" };
    return { state: "failed", failure: failureOf(error, host) };
  }
}

/** One response and its calls; the report if that was the last one, so far as the model knows. */
async function step({ host, sessions, recovering }: ToolContext): Promise<string | undefined> {
  if (recovering) {
    const report = reportIn(host.history());
    if (report !== undefined) return report;
  } else {
    await readMessages(host);
  }
  const { calls, message } = recovering ? leftOpen(host) : await sample(host);
  if (calls.length === 0 && !recovering) return message;
  host.setState("dispatching");
  return await dispatch(calls, { host, sessions, recovering });
}

/** Tells the model what the user has sent meanwhile: it joins the history once, and is then read. */
async function readMessages(host: TurnHost): Promise<void> {
  const messages = host.unread();
  if (messages.length === 0) return;
  const entries = await Promise.all(messages.map((message) => entryOf(host, message)));
  host.signal.throwIfAborted();
  host.atomically(() => take(host, messages, entries));
}

/** One that names what cannot be read fails the turn, and does not wait for the next. */
async function entryOf(host: TurnHost, message: UserMessage): Promise<InputEntry> {
  try {
    return await inputEntry(message.input, host.files);
  } catch (error) {
    if (message.state === "running") host.completeItem(message, "failed");
    throw error;
  }
}

function take(host: TurnHost, messages: readonly UserMessage[], entries: InputEntry[]): void {
  host.remember(entries);
  const waiting = messages.filter(({ state }) => state === "running");
  for (const message of waiting) host.completeItem(message, "completed");
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
  const messages = host.unread();
  const surroundings = past.length === 0 ? await surroundingsOf(host, messages) : [];
  const entries = await Promise.all(messages.map((message) => entryOf(host, message)));
  host.signal.throwIfAborted();
  host.atomically(() => take(host, messages, [...unanswered(past), ...surroundings, ...entries]));
}

/** What a thread stands in, and what the code around its task is; told once. */
async function surroundingsOf(
  host: TurnHost,
  messages: readonly UserMessage[],
): Promise<InputEntry[]> {
  const texts = messages.flatMap(({ input }) =>
    input.map((part) => (part.type === "text" ? part.text : part.path)),
  );
  return [environmentEntry(host.environment), ...(await openingMap(host.code, texts.join("\n")))];
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
