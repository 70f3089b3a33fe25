import type { Capabilities } from "@heddle/protocol";
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
} from "openai/resources/chat/completions";
import { ChatReader } from "./model-chat-events.ts";
import { chatMessages } from "./model-chat-messages.ts";
import { functionSpec } from "./model-functions.ts";
import type { ModelRequest, ToolSpec } from "./model-types.ts";
import type { Wire } from "./model-wire.ts";

/** Chat Completions, for servers that lack the Responses API. */
export const chatWire: Wire = {
  path: "/chat/completions",
  // What several servers route by, so that a thread meets the cache that it filled.
  headers: ({ cacheKey }) => ({ "x-session-affinity": cacheKey }),
  body,
  reader: () => new ChatReader(),
};

/** Only what every server knows: strict ones refuse a field that is new to them. */
function body(
  request: ModelRequest,
  capabilities: Capabilities,
): ChatCompletionCreateParamsStreaming {
  const { model, tools, effort } = request;
  return {
    model,
    ...(tools.length > 0 && { tools: tools.map(chatTool) }),
    messages: chatMessages(request, capabilities),
    ...(effort && capabilities.reasoning && { reasoning_effort: effort }),
    stream: true,
    ...(capabilities.usage && { stream_options: { include_usage: true } }),
  };
}

function chatTool(spec: ToolSpec): ChatCompletionFunctionTool {
  const { name, description, parameters } = functionSpec(spec);
  return { type: "function", function: { name, description, parameters } };
}
