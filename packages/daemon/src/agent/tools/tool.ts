import { type Item, messageOf } from "@heddle/protocol";
import * as z from "zod";
import type { Gate } from "../gate/gate.ts";
import type { ModelCall, ToolSpec } from "../model-types.ts";
import type { RepetitionGuard } from "../repetition.ts";
import type { TurnHost } from "../turn-host.ts";
import type { CommandSessions } from "./sessions.ts";

export interface ToolContext {
  readonly host: TurnHost;
  /** The commands of this turn that are still running. */
  readonly sessions: CommandSessions;
  readonly gate: Gate;
  readonly guard: RepetitionGuard;
  /** Whether these calls are those that an earlier daemon left open. */
  readonly recovering: boolean;
}

export interface ToolResult {
  /** What the model reads. */
  readonly output: string;
  /** Stores what belongs to the result, in one transaction with it. */
  readonly record?: () => void;
  /** Set by the call that ends the turn. */
  readonly ending?: Ending;
}

/** What the agent reports at last, and whether the gate has found it true. */
export interface Ending {
  readonly summary: string;
  readonly proven: boolean;
}

export interface Tool {
  readonly spec: ToolSpec;
  /** Calls with effects run one after another, in the order of the response. */
  readonly effect: boolean;
  run(call: ModelCall, context: ToolContext): Promise<ToolResult>;
  /** Reports a call whose effect an earlier daemon had begun. Without it, the call is run again. */
  recover?(call: ModelCall, context: ToolContext, journal: string): Promise<ToolResult>;
}

/** How an item ends that was cut short: by an interrupt, or by its own failure. */
export function endOf({ signal }: TurnHost): "interrupted" | "failed" {
  return signal.aborted ? "interrupted" : "failed";
}

/** Ends the item of a call that threw; one without text of its own says why. */
export function failItem(host: TurnHost, item: Item, error: unknown): void {
  const message = messageOf(error);
  const silent = "text" in item && item.text === "";
  const told = silent ? { ...item, text: message, textLength: message.length } : item;
  host.completeItem(told, endOf(host));
}

/** The output of an effect, and whether what it changed still stands. */
export async function settled(host: TurnHost, output: string): Promise<string> {
  const takenBack = await host.settleChanges();
  return takenBack === undefined ? output : `${output}\n${takenBack}`;
}

/** What a person or a policy refused; stored with its result, for nobody is asked again after a kill. */
export function declined(host: TurnHost, item: Item, message: string): ToolResult {
  return { output: message, record: () => host.completeItem(item, "declined") };
}

/** A mistake of the model's, told to the model. */
export class ToolError extends Error {}

/** What is handed to the system, where a NUL ends a text. */
export const systemText = z
  .string()
  .refine((text) => !text.includes("\0"), "expected a text without NUL");

interface FunctionTool<Params extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly params: Params;
  readonly effect: boolean;
  run(args: z.output<Params>, call: ModelCall, context: ToolContext): Promise<ToolResult>;
  readonly recover?: NonNullable<Tool["recover"]>;
}

/** A tool that takes JSON arguments by a schema. */
export function functionTool<Params extends z.ZodObject>(tool: FunctionTool<Params>): Tool {
  const { name, description, params, effect } = tool;
  return {
    spec: { type: "function", name, description, parameters: parameters(params), strict: false },
    effect,
    ...(tool.recover && { recover: tool.recover }),
    run: (call, context) => tool.run(parseArguments(params, call), call, context),
  };
}

/** The schema as short as models need it: limits stay, since they are told when they are broken. */
function parameters(params: z.ZodObject): Record<string, unknown> {
  const schema = z.toJSONSchema(params, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const { $schema: _, ...rest } = schema;
  return rest;
}

/** The arguments of a function call. Throws what the model is told where they do not fit. */
export function parseArguments<Params extends z.ZodObject>(
  params: Params,
  call: ModelCall,
): z.output<Params> {
  let json: unknown;
  try {
    json = JSON.parse(call.arguments);
  } catch (error) {
    throw new ToolError(`the arguments of ${call.name} are not JSON`, { cause: error });
  }
  const parsed = params.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ToolError(`invalid arguments of ${call.name}: ${z.prettifyError(parsed.error)}`);
}
