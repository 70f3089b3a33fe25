import { itemsOfMessages } from "./chat-request.ts";
import { isJson, type Json, list, string } from "./json.ts";
import { type OfferedTool, ScriptError } from "./types.ts";

/** A request as it came, with what the scripts need read out of it. */
export interface ScriptedRequest {
  readonly receivedAt: number;
  readonly model: string;
  readonly stream: boolean;
  readonly cacheKey: string;
  readonly tools: readonly OfferedTool[];
  readonly items: readonly Json[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
}

export function parseRequest(raw: Buffer, headers: ScriptedRequest["headers"]): ScriptedRequest {
  const body = parseBody(raw);
  return {
    receivedAt: Date.now(),
    model: string(body.model, "scripted"),
    stream: body.stream === true,
    cacheKey: string(body.prompt_cache_key ?? headers["x-session-affinity"]),
    tools: list(body.tools).filter(isJson).map(offeredTool),
    items: "messages" in body ? itemsOfMessages(body.messages) : itemsOfInput(body.input),
    headers,
    body,
  };
}

function itemsOfInput(input: unknown): readonly Json[] {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  return list(input).filter(isJson);
}

function parseBody(raw: Buffer): Json {
  try {
    const body: unknown = JSON.parse(raw.toString("utf8"));
    if (isJson(body)) return body;
  } catch {
    // Answered below, like any other body that is not an object.
  }
  throw new ScriptError("the body is not a JSON object");
}

/** Chat completions have a function one level deeper. */
function offeredTool(offer: Json): OfferedTool {
  const tool = isJson(offer.function) ? offer.function : offer;
  return {
    name: string(tool.name),
    custom: offer.type === "custom",
    parameters: isJson(tool.parameters) ? tool.parameters : {},
  };
}
