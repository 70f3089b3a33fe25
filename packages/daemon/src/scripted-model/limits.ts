import { isJson, type Json, list } from "./json.ts";
import { type OfferedTool, ScriptError } from "./types.ts";

/** What an endpoint may lack. `streamOptions` refuses to be asked for usage; `usage` counts nothing. */
export const lacks = [
  "responses",
  "chat",
  "customTools",
  "reasoning",
  "usage",
  "streamOptions",
] as const;
export type Lack = (typeof lacks)[number];

export interface Limits {
  readonly without: ReadonlySet<Lack>;
  /** Calls are replayed with the reasoning that led to them, or refused. */
  readonly demandsReasoning: boolean;
}

/** Refuses what an endpoint with these limits would refuse, in the words that such servers use. */
export function refuseUnsupported(
  { without, demandsReasoning }: Limits,
  { body, tools }: { readonly body: Json; readonly tools: readonly OfferedTool[] },
): void {
  if (without.has("customTools") && tools.some(({ custom }) => custom)) {
    throw new ScriptError("tools.0.type: Input should be 'function'");
  }
  const reasons = ["reasoning", "reasoning_effort", "include"].filter((field) => field in body);
  if (without.has("reasoning") && reasons.length > 0) {
    throw new ScriptError(
      `Unsupported parameter: '${reasons[0]}' is not supported with this model`,
    );
  }
  if (without.has("streamOptions") && "stream_options" in body) {
    throw new ScriptError("Unrecognized request argument supplied: stream_options");
  }
  if (demandsReasoning && list(body.messages).some(isCallWithoutReasoning)) {
    throw new ScriptError(
      "The `reasoning_content` in the thinking mode must be passed back to the API",
    );
  }
}

function isCallWithoutReasoning(message: unknown): boolean {
  return isJson(message) && "tool_calls" in message && !("reasoning_content" in message);
}
