import { DaemonError } from "@heddle/protocol";
import { resultTokenLimit, truncateForModel } from "./context/truncate.ts";
import type { InputEntry, ModelCall } from "./model.ts";
import { specsWith, toolNamed } from "./tools/index.ts";
import {
  type Ending,
  type Tool,
  type ToolContext,
  ToolError,
  type ToolResult,
} from "./tools/tool.ts";
import type { TurnHost } from "./turn-host.ts";

const pureAtOnce = 8;

/**
 * Runs the calls of one response and remembers their results, in the order of the calls. Reads that
 * stand together run side by side, effects one after another. Returns how a `finish` ended the turn.
 */
export async function dispatch(
  calls: readonly ModelCall[],
  context: ToolContext,
): Promise<Ending | undefined> {
  for (const group of groups(calls, context.host)) {
    const results = await Promise.all(group.map((call) => runCall(call, context)));
    context.host.atomically(() => {
      for (const { record } of results) record?.();
      context.host.remember(results.map(({ output }, at) => outputEntry(group[at], output)));
    });
    for (const [at, { output }] of results.entries()) context.guard.add(group[at], output);
    const ending = results.find((result) => result.ending !== undefined)?.ending;
    if (ending !== undefined) return ending;
  }
  return undefined;
}

/** Consecutive reads form a group; an effect is a group of its own. */
function groups(calls: readonly ModelCall[], { phase: { mode }, mcp }: TurnHost): ModelCall[][] {
  const result: ModelCall[][] = [];
  let open: ModelCall[] | undefined;
  for (const call of calls) {
    const effect = toolNamed(call.name, mode, mcp.offers)?.effect ?? false;
    if (!effect && open !== undefined && open.length < pureAtOnce) {
      open.push(call);
      continue;
    }
    const group = [call];
    result.push(group);
    open = effect ? undefined : group;
  }
  return result;
}

/** A failing tool is an answer to the model; only an interrupt or a full disk stops the turn. */
async function runCall(call: ModelCall, context: ToolContext): Promise<ToolResult> {
  const { bytesPerToken } = context.host.window;
  const journal = context.recovering ? context.host.unreportedEffect(call.callId) : undefined;
  // What has begun is settled even so.
  if (journal === undefined) context.host.signal.throwIfAborted();
  try {
    const tool = toolOf(call, context);
    const result =
      journal === undefined || tool.recover === undefined
        ? await tool.run(call, context)
        : await tool.recover(call, context, journal);
    const output = truncateForModel(result.output, resultTokenLimit, bytesPerToken);
    const objection = tool.effect ? await context.host.phase.afterEffect() : undefined;
    return { ...result, output: objection === undefined ? output : `${output}\n${objection}` };
  } catch (error) {
    context.host.signal.throwIfAborted();
    if (context.host.isStarved(error)) throw starved(error);
    if (error instanceof ToolError) return { output: `error: ${error.message}` };
    if (error instanceof DaemonError) return { output: `error (${error.kind}): ${error.message}` };
    throw error;
  }
}

/** Said at once: by the time the turn has ended there may be space again. */
function starved(cause: unknown): DaemonError {
  const { message } = cause as Error;
  return new DaemonError("storageFull", `the disk is full: ${message}`, {}, { cause });
}

function toolOf({ name }: ModelCall, { host }: ToolContext): Tool {
  const { mode } = host.phase;
  const { offers } = host.mcp;
  const tool = toolNamed(name, mode, offers);
  if (tool) return tool;
  const offered = specsWith(host.patching.tool, mode, offers).map((spec) => spec.name);
  const where = mode === "implement" ? "" : ` in a ${mode} turn`;
  throw new ToolError(`no tool ${name}${where}; there are ${offered.join(", ")}`);
}

function outputEntry(call: ModelCall | undefined, output: string): InputEntry {
  const type = call?.custom ? "custom_tool_call_output" : "function_call_output";
  return { type, call_id: call?.callId, output };
}
