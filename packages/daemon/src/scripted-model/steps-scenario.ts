import { isJson, type Json, list, string } from "./json.ts";
import {
  type Reply,
  type Scenario,
  ScriptError,
  type ScriptedCall,
  type ToolResult,
  type Turn,
} from "./types.ts";

/**
 * `[[steps]]` and a fenced block of JSON: an array of `{reasoning?, text?, calls?, delayMs?}`, where
 * a call is `{tool, input, callId?}`. `{{session}}` in an input stands for the last session_id
 * that a command gave, `{{call}}` for the id of the last call.
 */
export const stepsScenario: Scenario = {
  name: "steps",
  reply: (turn) => {
    const step = script(turn.prompt)[turn.responses.length];
    return step ? replyOf(step, turn) : { text: "ok" };
  },
};

function script(prompt: string): readonly Json[] {
  const block = /```(?:json)?\s*\n(.*?)\n\s*```/s.exec(prompt)?.[1];
  if (block === undefined) throw new ScriptError("steps needs a fenced block of JSON");
  try {
    return list(JSON.parse(block)).filter(isJson);
  } catch (error) {
    throw new ScriptError(`the steps are not JSON: ${String(error)}`);
  }
}

function replyOf(step: Json, turn: Turn): Reply {
  const calls = list(step.calls).filter(isJson);
  return {
    ...(typeof step.reasoning === "string" && { reasoning: step.reasoning }),
    ...(typeof step.text === "string" && { text: step.text }),
    ...(typeof step.delayMs === "number" && { delayMs: step.delayMs }),
    calls: calls.map((call) => callOf(call, turn)),
  };
}

function callOf({ tool, input, callId }: Json, turn: Turn): ScriptedCall {
  const filled = filledIn(input, turn.results);
  return {
    tool: string(tool),
    input: typeof filled === "string" || isJson(filled) ? filled : {},
    ...(typeof callId === "string" && { callId }),
  };
}

function filledIn(value: unknown, results: readonly ToolResult[]): unknown {
  if (typeof value === "string") return filledText(value, results);
  if (Array.isArray(value)) return value.map((item) => filledIn(item, results));
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filledIn(v, results)]));
}

function filledText(text: string, results: readonly ToolResult[]): unknown {
  const session = lastSession(results);
  // A session that is a number stays one, so that the call has the type that the tool declares.
  if (text === "{{session}}" && typeof session === "number") return session;
  return text
    .replaceAll("{{session}}", String(session ?? ""))
    .replaceAll("{{call}}", results.at(-1)?.callId ?? "");
}

/** The session of the last command that has not ended, as a tool's output tells it. */
export function lastSession(results: readonly ToolResult[]): number | string | undefined {
  for (const { output } of results.toReversed()) {
    const match = /^\W*session_id"?\s*[:=]?\s*(?:(\d+)\b|"?(?!null|none)([\w-]+))/m.exec(output);
    if (match?.[1] !== undefined) return Number(match[1]);
    if (match?.[2] !== undefined) return match[2];
  }
  return undefined;
}
