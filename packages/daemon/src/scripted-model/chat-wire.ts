import type { Fault } from "./faults.ts";
import { isJson, type Json, list, string } from "./json.ts";
import { chunksOf, newId, type TokenCount, tokensOf } from "./wire.ts";

/** Undefined counts nothing, as some servers do. */
type Counted = TokenCount | undefined;

/** Every chunk of a chat completion that goes well, in order. */
export function* chatChunks(
  model: string,
  items: readonly Json[],
  usage: Counted,
): Generator<Json, void, undefined> {
  const head = { id: newId("chatcmpl"), object: "chat.completion.chunk", created: now(), model };
  const chunk = (delta: Json, finish_reason: string | null = null): Json => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  yield chunk({ role: "assistant", content: "" });
  let calls = 0;
  for (const item of items) {
    const deltas = item.type === "function_call" ? callDeltas(item, calls++) : textDeltas(item);
    for (const delta of deltas) yield chunk(delta);
  }
  yield chunk({}, calls > 0 ? "tool_calls" : "stop");
  if (usage) yield { ...head, choices: [], usage: usageObject(usage) };
}

export function chatCompletion(model: string, items: readonly Json[], usage: Counted): Json {
  const calls = items.filter(({ type }) => type === "function_call");
  const text = items.filter(({ type }) => type === "message").map(textOfItem);
  const message = {
    role: "assistant",
    content: text.join("\n") || null,
    ...(calls.length > 0 && { tool_calls: calls.map((call) => toolCall(call)) }),
  };
  const finish_reason = calls.length > 0 ? "tool_calls" : "stop";
  return {
    id: newId("chatcmpl"),
    object: "chat.completion",
    created: now(),
    model,
    choices: [{ index: 0, message, finish_reason }],
    ...(usage && { usage: usageObject(usage) }),
  };
}

/** What such a server sends where a response of the other API would fail. */
export function chatFault(fault: Fault): Json | undefined {
  switch (fault.kind) {
    case "failed":
    case "error":
      return { error: { code: fault.code, message: "a scripted failure" } };
    case "incomplete": {
      const finish_reason = fault.reason === "max_output_tokens" ? "length" : fault.reason;
      return { id: "cut", choices: [{ index: 0, delta: {}, finish_reason }] };
    }
    default:
      return undefined;
  }
}

function* textDeltas(item: Json): Generator<Json, void, undefined> {
  const field = item.type === "reasoning" ? "reasoning_content" : "content";
  for (const text of tokensOf(textOfItem(item))) yield { [field]: text };
}

function* callDeltas(item: Json, index: number): Generator<Json, void, undefined> {
  const { id, type, function: called } = toolCall(item, "");
  yield { tool_calls: [{ index, id, type, function: called }] };
  for (const text of chunksOf(string(item.arguments))) {
    yield { tool_calls: [{ index, function: { arguments: text } }] };
  }
}

function toolCall({ call_id, name, arguments: all }: Json, text = string(all)): Json {
  return { id: call_id, type: "function", function: { name, arguments: text } };
}

function textOfItem(item: Json): string {
  const [part] = list(item.type === "reasoning" ? item.summary : item.content);
  return isJson(part) ? string(part.text) : "";
}

function usageObject({ input, cached, output, reasoning }: TokenCount): Json {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

const now = (): number => Math.floor(Date.now() / 1_000);
