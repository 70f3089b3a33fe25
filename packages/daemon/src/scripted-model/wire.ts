import { createHash, randomBytes } from "node:crypto";
import { isJson, type Json } from "./json.ts";
import type { OfferedTool, Reply, ScriptedCall } from "./types.ts";

/** What the scripted model counts a request and its response as. */
export interface TokenCount {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

const unique = randomBytes(6).toString("hex");
let lastId = 0;

export function newId(prefix: string): string {
  lastId++;
  return `${prefix}_${unique}${lastId.toString(16).padStart(8, "0")}`;
}

/** The output items of a response, complete. */
export function outputItems(reply: Reply, tools: readonly OfferedTool[]): Json[] {
  return [
    ...(reply.reasoning === undefined ? [] : [reasoningItem(reply.reasoning)]),
    ...(reply.text === undefined ? [] : [messageItem(reply.text, reply.calls?.length ?? 0)]),
    ...(reply.calls ?? []).map((call) => callItem(call, tools)),
  ];
}

function reasoningItem(text: string): Json {
  return {
    id: newId("rs"),
    type: "reasoning",
    summary: [{ type: "summary_text", text }],
    // Opaque to clients, but a client that changes it can be told by it.
    encrypted_content: createHash("sha256").update(text).digest("base64"),
  };
}

function messageItem(text: string, calls: number): Json {
  return {
    id: newId("msg"),
    type: "message",
    status: "completed",
    role: "assistant",
    phase: calls > 0 ? "commentary" : "final_answer",
    content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
  };
}

function callItem({ tool, input, callId }: ScriptedCall, tools: readonly OfferedTool[]): Json {
  const call_id = callId ?? newId("call");
  const offered = tools.find(({ name }) => name === tool);
  if (offered?.custom) {
    const text = typeof input === "string" ? input : String(input.input ?? "");
    return {
      id: newId("ctc"),
      type: "custom_tool_call",
      status: "completed",
      call_id,
      name: tool,
      input: text,
    };
  }
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return {
    id: newId("fc"),
    type: "function_call",
    status: "completed",
    call_id,
    name: tool,
    arguments: text,
  };
}

export function responseObject(
  id: string,
  model: string,
  { status, output, usage, error, reason }: ResponseState,
): Json {
  return {
    id,
    object: "response",
    created_at: Math.floor(Date.now() / 1_000),
    status,
    model,
    output,
    error: error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    store: false,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: usage ? usageObject(usage) : null,
  };
}

export interface ResponseState {
  readonly status: "in_progress" | "completed" | "failed" | "incomplete";
  readonly output: readonly Json[];
  readonly usage?: TokenCount;
  readonly error?: { readonly code: string; readonly message: string };
  readonly reason?: string;
}

function usageObject({ input, cached, output, reasoning }: TokenCount): Json {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

/** Every event of a response that goes well, in order, without its sequence number. */
export function* responseEvents(
  model: string,
  items: readonly Json[],
  usage: TokenCount | undefined,
): Generator<Json, void, undefined> {
  const id = newId("resp");
  const begun = responseObject(id, model, { status: "in_progress", output: [] });
  yield { type: "response.created", response: begun };
  yield { type: "response.in_progress", response: begun };
  for (const [index, item] of items.entries()) yield* itemEvents(index, item);
  const counted = usage ? { usage } : {};
  const response = responseObject(id, model, { status: "completed", output: items, ...counted });
  yield { type: "response.completed", response };
}

function* itemEvents(output_index: number, item: Json): Generator<Json, void, undefined> {
  yield { type: "response.output_item.added", output_index, item: emptied(item) };
  yield* contentEvents({ item_id: item.id, output_index }, item);
  yield { type: "response.output_item.done", output_index, item };
}

function contentEvents(at: Json, item: Json): Generator<Json, void, undefined> {
  switch (item.type) {
    case "message":
      return textEvents(at, firstText(item.content));
    case "reasoning":
      return summaryEvents(at, firstText(item.summary));
    case "custom_tool_call":
      return inputEvents(at, "custom_tool_call_input", "input", String(item.input));
    default:
      return inputEvents(at, "function_call_arguments", "arguments", String(item.arguments));
  }
}

function* textEvents(at: Json, text: string): Generator<Json, void, undefined> {
  const place = { ...at, content_index: 0 };
  const part = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });
  yield { type: "response.content_part.added", ...place, part: part("") };
  for (const delta of tokensOf(text)) {
    yield { type: "response.output_text.delta", ...place, delta, logprobs: [] };
  }
  yield { type: "response.output_text.done", ...place, text, logprobs: [] };
  yield { type: "response.content_part.done", ...place, part: part(text) };
}

function* summaryEvents(at: Json, text: string): Generator<Json, void, undefined> {
  const place = { ...at, summary_index: 0 };
  const part = (text: string) => ({ type: "summary_text", text });
  yield { type: "response.reasoning_summary_part.added", ...place, part: part("") };
  for (const delta of tokensOf(text)) {
    yield { type: "response.reasoning_summary_text.delta", ...place, delta };
  }
  yield { type: "response.reasoning_summary_text.done", ...place, text };
  yield { type: "response.reasoning_summary_part.done", ...place, part: part(text) };
}

function* inputEvents(
  at: Json,
  name: string,
  field: string,
  text: string,
): Generator<Json, void, undefined> {
  for (const delta of chunksOf(text)) yield { type: `response.${name}.delta`, ...at, delta };
  yield { type: `response.${name}.done`, ...at, [field]: text };
}

/** The item as it is announced, before any of its content. */
function emptied(item: Json): Json {
  const started = { ...item, ...("status" in item && { status: "in_progress" }) };
  if (item.type === "message") return { ...started, content: [] };
  if (item.type === "reasoning") return { ...started, summary: [], encrypted_content: null };
  return { ...started, ...(item.type === "custom_tool_call" ? { input: "" } : { arguments: "" }) };
}

function firstText(parts: unknown): string {
  const part: unknown = Array.isArray(parts) ? parts[0] : undefined;
  return isJson(part) ? String(part.text) : "";
}

/** A word with the blanks after it counts as a token. */
export function tokensOf(text: string): string[] {
  return text.match(/^\s+|\S+\s*/g) ?? [];
}

// Whole code points: half of one is not valid in a JSON text.
export function chunksOf(text: string): string[] {
  return text.match(/.{1,16}/gsu) ?? [];
}
