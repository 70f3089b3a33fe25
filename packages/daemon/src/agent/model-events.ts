import type { ResponseOutputItem, ResponseStreamEvent } from "openai/resources/responses/responses";
import { ModelError } from "./model-error.ts";
import { failureOfEvent, failureOfIncomplete } from "./model-failure.ts";
import type { InputEntry, ModelCall, ModelEvent, ModelItemKind, Usage } from "./model-types.ts";
import { count, detail, isRecord } from "./model-usage.ts";
import type { ResponseReader } from "./model-wire.ts";

const itemKinds: Readonly<Record<string, ModelItemKind | undefined>> = {
  message: "message",
  reasoning: "reasoning",
  function_call: "functionCall",
  custom_tool_call: "customToolCall",
};

/** Reads the events of one response of the Responses API. */
export class EventReader implements ResponseReader {
  readonly #open = new Set<number>();
  readonly over = false;

  read(event: unknown): readonly ModelEvent[] {
    const told = this.#told(event as ResponseStreamEvent);
    return told ? [told] : [];
  }

  /** A response that is over has said so in its last event. */
  end(): readonly ModelEvent[] {
    return [];
  }

  /** Undefined for an event that tells nothing new, and for types that we do not know. */
  #told(event: ResponseStreamEvent): ModelEvent | undefined {
    switch (event.type) {
      case "response.output_text.delta":
      case "response.refusal.delta":
        return { type: "textDelta", index: event.output_index, text: event.delta };
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        return { type: "reasoningDelta", index: event.output_index, text: event.delta };
      case "response.reasoning_summary_part.added":
        if (event.summary_index === 0) return undefined;
        return { type: "reasoningDelta", index: event.output_index, text: "\n\n" };
      case "response.output_item.added":
        return this.#started(event.output_index, event.item);
      case "response.output_item.done":
        this.#open.delete(event.output_index);
        return itemDone(event.output_index, event.item);
      case "response.completed":
        return this.#completed(event.response);
      case "response.failed":
        throw failureOfEvent(event.response.error ?? {});
      case "response.incomplete":
        throw failureOfIncomplete(event.response.incomplete_details?.reason);
      case "error":
        throw failureOfEvent(event);
      default:
        return undefined;
    }
  }

  #started(index: number, item: ResponseOutputItem): ModelEvent | undefined {
    const kind = itemKinds[item.type];
    if (!kind) return undefined;
    this.#open.add(index);
    return { type: "itemStarted", index, kind, ...("name" in item && { name: item.name }) };
  }

  #completed(response: { usage?: unknown }): ModelEvent {
    if (this.#open.size > 0) {
      throw new ModelError("malformed", "the response completed with an item still open");
    }
    return { type: "completed", usage: usageOf(response.usage) };
  }
}

function itemDone(index: number, item: ResponseOutputItem): ModelEvent {
  const call = callOf(item);
  return { type: "itemDone", index, entry: replayed(item), ...(call && { call }) };
}

function callOf(item: ResponseOutputItem): ModelCall | undefined {
  switch (item.type) {
    case "function_call":
      return { callId: item.call_id, name: item.name, arguments: item.arguments, custom: false };
    case "custom_tool_call":
      return { callId: item.call_id, name: item.name, arguments: item.input, custom: true };
    default:
      return undefined;
  }
}

/**
 * The item as later requests carry it: with the fields that mean something to the model, in one
 * order. Ids are left out, because a stateless endpoint knows none of them.
 */
function replayed(item: ResponseOutputItem): InputEntry {
  switch (item.type) {
    case "message":
      return {
        type: "message",
        role: "assistant",
        content: item.content.map((part) =>
          part.type === "refusal"
            ? { type: "refusal", refusal: part.refusal }
            : { type: "output_text", text: part.text, annotations: [] },
        ),
        ...(item.phase && { phase: item.phase }),
      };
    case "reasoning":
      return {
        type: "reasoning",
        summary: item.summary.map(({ text }) => ({ type: "summary_text", text })),
        ...(item.content?.length && { content: item.content }),
        ...(item.encrypted_content && { encrypted_content: item.encrypted_content }),
      };
    case "function_call":
      return {
        type: "function_call",
        call_id: item.call_id,
        name: item.name,
        arguments: item.arguments,
      };
    case "custom_tool_call":
      return {
        type: "custom_tool_call",
        call_id: item.call_id,
        name: item.name,
        input: item.input,
      };
    default:
      return { ...item };
  }
}

/** Undefined from servers that count nothing. */
function usageOf(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  return {
    inputTokens: count(usage.input_tokens),
    cachedInputTokens: count(detail(usage.input_tokens_details, "cached_tokens")),
    outputTokens: count(usage.output_tokens),
    reasoningTokens: count(detail(usage.output_tokens_details, "reasoning_tokens")),
  };
}
