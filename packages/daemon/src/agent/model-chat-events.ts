import { randomUUID } from "node:crypto";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import { ModelError } from "./model-error.ts";
import { failureOfIncomplete } from "./model-failure.ts";
import type { InputEntry, ModelEvent, Usage } from "./model-types.ts";
import { count, detail, isRecord } from "./model-usage.ts";
import type { ResponseReader } from "./model-wire.ts";

/** What servers add to a chunk, each by another name. */
type Delta = ChatCompletionChunk.Choice.Delta & {
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
};
type CallDelta = ChatCompletionChunk.Choice.Delta.ToolCall;

interface OpenText {
  readonly index: number;
  readonly pieces: string[];
}

interface OpenCall {
  readonly index: number;
  /** The server's own number; not all give one. */
  readonly number: number | undefined;
  id: string;
  name: string;
  readonly pieces: string[];
}

type ReasoningField = "reasoning_content" | "reasoning";
const nothing: readonly ModelEvent[] = [];

/** Puts the chunks of one chat completion together to the items of a response. */
export class ChatReader implements ResponseReader {
  #items = 0;
  #reasoning: OpenText | undefined;
  #field: ReasoningField = "reasoning_content";
  #message: OpenText | undefined;
  readonly #calls: OpenCall[] = [];
  #usage: Usage | undefined;
  #completed = false;
  over = false;

  read(event: unknown): readonly ModelEvent[] {
    const { choices, usage } = event as Partial<ChatCompletionChunk>;
    const told = usageOf(usage);
    this.#usage = told ?? this.#usage;
    const [choice] = choices ?? [];
    const events = choice && !this.over ? this.#take(choice) : nothing;
    return this.over && told ? [...events, ...this.end()] : events;
  }

  end(): readonly ModelEvent[] {
    if (!this.over || this.#completed) return nothing;
    this.#completed = true;
    return [{ type: "completed", usage: this.#usage }];
  }

  #take({ delta, finish_reason: reason }: ChatCompletionChunk.Choice): readonly ModelEvent[] {
    const events = delta ? this.#changes(delta as Delta) : [];
    if (!reason) return events;
    refuseUnfinished(reason);
    this.over = true;
    return [...events, ...this.#done()];
  }

  #changes(delta: Delta): ModelEvent[] {
    const events: ModelEvent[] = [];
    const field = typeof delta.reasoning_content === "string" ? "reasoning_content" : "reasoning";
    const thought = delta[field];
    if (typeof thought === "string" && thought !== "") this.#think(field, thought, events);
    const text = delta.content || delta.refusal;
    if (typeof text === "string" && text !== "") this.#say(text, events);
    for (const call of delta.tool_calls ?? []) this.#call(call, events);
    return events;
  }

  #think(field: ReasoningField, text: string, events: ModelEvent[]): void {
    this.#field = field;
    this.#reasoning ??= this.#open("reasoning", events);
    this.#reasoning.pieces.push(text);
    events.push({ type: "reasoningDelta", index: this.#reasoning.index, text });
  }

  #say(text: string, events: ModelEvent[]): void {
    this.#message ??= this.#open("message", events);
    this.#message.pieces.push(text);
    events.push({ type: "textDelta", index: this.#message.index, text });
  }

  #call(delta: CallDelta, events: ModelEvent[]): void {
    const { id, function: called } = delta;
    const call = this.#callOf(delta) ?? this.#openCall(delta, events);
    call.id ||= id ?? "";
    call.name ||= called?.name ?? "";
    // Some servers send the arguments as the object that they are to be read as.
    const piece: unknown = called?.arguments;
    if (isRecord(piece)) call.pieces.push(JSON.stringify(piece));
    else if (typeof piece === "string") call.pieces.push(piece);
  }

  /** The call that a piece belongs to. Some servers number all calls 0, or do not number them. */
  #callOf({ index, id, function: called }: CallDelta): OpenCall | undefined {
    if (typeof index !== "number") return id || called?.name ? undefined : this.#calls.at(-1);
    const open = this.#calls.findLast(({ number }) => number === index);
    return open && id && open.id && open.id !== id ? undefined : open;
  }

  #openCall({ index: number }: CallDelta, events: ModelEvent[]): OpenCall {
    const call = { ...this.#open("functionCall", events), number, id: "", name: "" };
    this.#calls.push(call);
    return call;
  }

  #open(kind: "reasoning" | "message" | "functionCall", events: ModelEvent[]): OpenText {
    const index = this.#items;
    this.#items += 1;
    events.push({ type: "itemStarted", index, kind });
    return { index, pieces: [] };
  }

  #done(): ModelEvent[] {
    const events: ModelEvent[] = [];
    const done = (index: number, entry: InputEntry) =>
      events.push({ type: "itemDone", index, entry });
    if (this.#reasoning) done(this.#reasoning.index, reasoningEntry(this.#reasoning, this.#field));
    if (this.#message) done(this.#message.index, messageEntry(this.#message));
    return [...events, ...this.#calls.map(callDone)];
  }
}

function refuseUnfinished(reason: string): void {
  if (reason === "length") throw failureOfIncomplete("max_output_tokens");
  if (reason === "content_filter") throw failureOfIncomplete(reason);
  if (reason === "error") throw new ModelError("unavailable", "the model failed in the middle");
}

function reasoningEntry({ pieces }: OpenText, field: ReasoningField): InputEntry {
  const summary = [{ type: "summary_text", text: pieces.join("") }];
  return { type: "reasoning", summary, chat_field: field };
}

function messageEntry({ pieces }: OpenText): InputEntry {
  const content = [{ type: "output_text", text: pieces.join(""), annotations: [] }];
  return { type: "message", role: "assistant", content };
}

function callDone({ index, id, name, pieces }: OpenCall): ModelEvent {
  const callId = id || `call_${randomUUID()}`;
  // A call without arguments has none at all on some servers.
  const text = pieces.join("") || "{}";
  const entry = { type: "function_call", call_id: callId, name, arguments: text };
  return { type: "itemDone", index, entry, call: { callId, name, arguments: text, custom: false } };
}

/** Undefined in all chunks but one, and in every one of a server that counts nothing. */
function usageOf(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  return {
    inputTokens: count(usage.prompt_tokens),
    cachedInputTokens: count(detail(usage.prompt_tokens_details, "cached_tokens")),
    outputTokens: count(usage.completion_tokens),
    reasoningTokens: count(detail(usage.completion_tokens_details, "reasoning_tokens")),
  };
}
