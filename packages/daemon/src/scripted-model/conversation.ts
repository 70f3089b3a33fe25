import { type Directive, parseDirective } from "./directive.ts";
import { type Json, string, textOf } from "./json.ts";
import type { ScriptedRequest } from "./request.ts";
import type { Scenario, ToolResult, Turn } from "./types.ts";

/** What a request asks for: the scenario, what has happened in it, and who chose it. */
export interface Choice {
  readonly scenario: Scenario;
  readonly turn: Turn;
  readonly directive: Directive | undefined;
}

const fallback: Scenario = { name: "ok", reply: () => ({ text: "ok" }) };
const summary: Scenario = {
  name: "summary",
  reply: () => ({ text: "A scripted summary of what happened so far." }),
};

/** Whoever demands a call gets one. */
const obedient: Scenario = {
  name: "obedient",
  reply: ({ tools: [tool] }) =>
    tool ? { calls: [{ tool: tool.name, input: { input: "ok" } }] } : { text: "ok" },
};

/**
 * Finds the last user message of this turn that names or matches a scenario. Later messages, such
 * as one that steers a running turn or tells of a changed directory, do not end the scenario.
 */
export function choose(request: ScriptedRequest, scenarios: readonly Scenario[]): Choice {
  if (asksForSummary(request.items.at(-1))) {
    const turn = turnOf(request, "", undefined, []);
    return { scenario: summary, turn, directive: undefined };
  }
  const items = request.items.slice(turnStart(request.items));
  for (let index = items.length - 1; index >= 0; index--) {
    const prompt = userText(items[index]);
    const directive = prompt === undefined ? undefined : parseDirective(prompt);
    const scenario = prompt === undefined ? undefined : find(scenarios, prompt, directive);
    if (prompt === undefined || !scenario) continue;
    const turn = turnOf(request, prompt, directive, items.slice(index + 1));
    return { scenario, turn, directive };
  }
  const scenario = request.body.tool_choice === "required" ? obedient : fallback;
  return { scenario, turn: turnOf(request, "", undefined, []), directive: undefined };
}

function find(
  scenarios: readonly Scenario[],
  prompt: string,
  directive: Directive | undefined,
): Scenario | undefined {
  if (directive) return scenarios.find(({ name }) => name === directive.name) ?? fallback;
  return scenarios.find(({ matches }) => matches?.test(prompt));
}

/** A turn is over with a message that calls nothing, or with a last call, once the user goes on. */
function turnStart(items: readonly Json[]): number {
  const lastUser = items.findLastIndex((item) => userText(item) !== undefined);
  for (let index = lastUser - 1; index >= 0; index--) {
    const item = items[index];
    if (item && endsTurn(item, items[index + 1])) return index + 1;
  }
  return 0;
}

const lastCalls = new Set(["finish", "propose_plan", "report_findings"]);

function endsTurn(item: Json, next: Json | undefined): boolean {
  if (isCall(item)) return lastCalls.has(string(item.name));
  return item.role === "assistant" && !(next && (isCall(next) || isModelItem(next)));
}

function turnOf(
  request: ScriptedRequest,
  prompt: string,
  directive: Directive | undefined,
  items: readonly Json[],
): Turn {
  const responses = responsesOf(items);
  const { tools } = request;
  return { prompt, args: directive?.args ?? {}, tools, responses, results: responses.flat() };
}

/** Items of the model that follow each other without a client's item between are one response. */
function responsesOf(items: readonly Json[]): ToolResult[][] {
  const outputs = new Map(
    items
      .filter((item) => string(item.type).endsWith("_call_output"))
      .map((item) => [string(item.call_id), textOf(item.output)]),
  );
  const responses: ToolResult[][] = [];
  let open: ToolResult[] | undefined;
  for (const item of items) {
    if (!isModelItem(item)) {
      open = undefined;
      continue;
    }
    if (!open) {
      open = [];
      responses.push(open);
    }
    if (!isCall(item)) continue;
    const callId = string(item.call_id);
    open.push({ callId, tool: string(item.name), output: outputs.get(callId) ?? "" });
  }
  return responses;
}

/** What the client says by itself stands in a tag of its own, and is no message of the user's. */
function userText(item: Json | undefined): string | undefined {
  const text = item?.role === "user" ? textOf(item.content) : undefined;
  return text?.startsWith("<heddle_note") ? undefined : text;
}

/** Whether the client asks for a summary of all that is above. */
function asksForSummary(item: Json | undefined): boolean {
  return item?.role === "user" && textOf(item.content).startsWith('<heddle_note about="summarize"');
}

function isCall(item: Json): boolean {
  return item.type === "function_call" || item.type === "custom_tool_call";
}

function isModelItem(item: Json): boolean {
  return isCall(item) || item.type === "reasoning" || item.role === "assistant";
}
