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
  const { input } = body;
  return {
    receivedAt: Date.now(),
    model: string(body.model, "scripted"),
    stream: body.stream === true,
    cacheKey: string(body.prompt_cache_key),
    tools: list(body.tools).filter(isJson).map(offeredTool),
    items:
      typeof input === "string"
        ? [{ type: "message", role: "user", content: input }]
        : list(input).filter(isJson),
    headers,
    body,
  };
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

function offeredTool(tool: Json): OfferedTool {
  return {
    name: string(tool.name),
    custom: tool.type === "custom",
    parameters: isJson(tool.parameters) ? tool.parameters : {},
  };
}
