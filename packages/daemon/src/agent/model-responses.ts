import type { Capabilities } from "@heddle/protocol";
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import { EventReader } from "./model-events.ts";
import { withFunctionsOnly } from "./model-functions.ts";
import type { InputEntry, ModelRequest } from "./model-types.ts";
import type { Wire } from "./model-wire.ts";

/** OpenAI's Responses API: what the history is kept in the form of. */
export const responsesWire: Wire = {
  path: "/responses",
  headers: () => ({}),
  body,
  reader: () => new EventReader(),
};

/** What stays the same from request to request comes first, for the provider's cache. */
function body(asked: ModelRequest, capabilities: Capabilities): ResponseCreateParamsStreaming {
  const request = capabilities.customTools ? asked : withFunctionsOnly(asked);
  const { model, instructions, tools, input, effort, cacheKey } = request;
  const { reasoning } = capabilities;
  return {
    model,
    instructions,
    tools: tools as ResponseCreateParamsStreaming["tools"] & object,
    input: input.filter(isKnownHere) as ResponseCreateParamsStreaming["input"] & object,
    ...(effort && reasoning && { reasoning: { effort, summary: "auto" } }),
    parallel_tool_calls: true,
    store: false,
    stream: true,
    ...(reasoning && { include: ["reasoning.encrypted_content"] }),
    prompt_cache_key: cacheKey,
  };
}

/** What a model thought behind Chat Completions has no form here. */
function isKnownHere(entry: InputEntry): boolean {
  return !(entry.type === "reasoning" && "chat_field" in entry);
}
