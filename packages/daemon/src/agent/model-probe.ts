import type { Capabilities, WireApi } from "@heddle/protocol";
import { streamModel } from "./model.ts";
import { isRefusedForm, presumed } from "./model-capabilities.ts";
import { ModelError } from "./model-error.ts";
import { contextLengthOf } from "./model-servers.ts";
import type { ModelCall, ModelEndpoint, ModelEvent, ToolSpec } from "./model-types.ts";

export interface ProbeTarget extends Omit<ModelEndpoint, "capabilities"> {
  readonly model: string;
  /** Undefined finds it out. */
  readonly wireApi: WireApi | undefined;
  readonly signal: AbortSignal;
}

/**
 * Finds out what an endpoint can do with a model by asking it for one call of a function and one of
 * a freeform tool. Throws the ModelError of an endpoint of which nothing can be said.
 */
export async function probeModel(target: ProbeTarget): Promise<Omit<Capabilities, "probedAt">> {
  const known = await probeWires(target);
  // Some servers know the length only once the model is loaded, as by now it is.
  return { ...known, contextLength: await contextLengthOf(target) };
}

async function probeWires(target: ProbeTarget): Promise<Capabilities> {
  if (target.wireApi) return await probeWire(target, target.wireApi);
  try {
    return await probeWire(target, "responses");
  } catch (error) {
    if (!(error instanceof ModelError) || !mayBeAnotherApi(error)) throw error;
    return await probeWire(target, "chat").catch(() => {
      throw error;
    });
  }
}

/** An address without the API answers in many ways, but not with events. */
function mayBeAnotherApi(error: ModelError): boolean {
  return (
    isRefusedForm(error) ||
    (error.kind === "badRequest" && error.status === 200) ||
    error.status === 501
  );
}

async function probeWire(target: ProbeTarget, wireApi: WireApi): Promise<Capabilities> {
  const called = await askAsFarAsItCan(target, presumed(wireApi));
  const functionCalls = called.call !== undefined;
  const custom =
    functionCalls && wireApi === "responses" && (await callsCustomTools(target, called));
  return { ...called.capabilities, functionCalls, usage: called.counted, customTools: custom };
}

interface Answer {
  readonly capabilities: Capabilities;
  readonly toolChoice: boolean;
  readonly call: ModelCall | undefined;
  readonly counted: boolean;
}

const functionTool: ToolSpec = {
  type: "function",
  name: "probe",
  description: "Tells that a call arrives.",
  parameters: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
  strict: false,
};
const customTool: ToolSpec = {
  type: "custom",
  name: "probe",
  description: functionTool.description,
};

/** Asks again and again without what the endpoint refuses, until nothing is left to leave out. */
async function askAsFarAsItCan(target: ProbeTarget, presumption: Capabilities): Promise<Answer> {
  let capabilities = presumption;
  let toolChoice = true;
  for (;;) {
    try {
      return await ask(target, { capabilities, toolChoice, tool: functionTool });
    } catch (error) {
      if (!(error instanceof ModelError) || !isRefusedForm(error)) throw error;
      const refused = blamed(error.message, { ...capabilities, toolChoice });
      if (refused === undefined) throw error;
      if (refused === "toolChoice") toolChoice = false;
      else capabilities = { ...capabilities, [refused]: false };
    }
  }
}

type Dispensable = "reasoning" | "usage" | "toolChoice";
const blames: Readonly<Record<Dispensable, RegExp>> = {
  reasoning: /reasoning|effort|include\b|encrypted/i,
  usage: /stream_options|include_usage/i,
  toolChoice: /tool_choice/i,
};

/** What an endpoint complains of; where it does not say, the next that can be left out. */
function blamed(
  message: string,
  sent: Readonly<Record<Dispensable, boolean>>,
): Dispensable | undefined {
  const left = (Object.keys(blames) as Dispensable[]).filter((feature) => sent[feature]);
  return left.find((feature) => blames[feature].test(message)) ?? left[0];
}

async function callsCustomTools(
  target: ProbeTarget,
  { capabilities, toolChoice }: Answer,
): Promise<boolean> {
  try {
    const { call } = await ask(target, { capabilities, toolChoice, tool: customTool });
    return call?.custom === true;
  } catch (error) {
    if (error instanceof ModelError && error.kind === "badRequest") return false;
    throw error;
  }
}

interface Question {
  readonly capabilities: Capabilities;
  readonly toolChoice: boolean;
  readonly tool: ToolSpec;
}

async function ask(
  { model, signal, wireApi: _, ...endpoint }: ProbeTarget,
  { capabilities, toolChoice, tool }: Question,
): Promise<Answer> {
  const text = "Call the tool `probe` once, with the input `ok`.";
  const request = {
    model,
    instructions: "You check a connection.",
    tools: [tool],
    input: [{ type: "message", role: "user", content: [{ type: "input_text", text }] }],
    effort: "low",
    cacheKey: "probe",
  } as const;
  const extra = toolChoice ? { tool_choice: "required" } : {};
  const events: ModelEvent[] = [];
  const options = { signal, extra };
  for await (const event of streamModel({ ...endpoint, capabilities }, request, options)) {
    events.push(event);
  }
  const calls = events.flatMap((event) =>
    event.type === "itemDone" && event.call ? [event.call] : [],
  );
  const last = events.at(-1);
  const counted = last?.type === "completed" && last.usage?.estimated !== true;
  return { capabilities, toolChoice, call: calls.find(({ name }) => name === "probe"), counted };
}
