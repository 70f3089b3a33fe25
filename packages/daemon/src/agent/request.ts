import type { EditTool, Mode } from "@heddle/protocol";
import { instructionsWith } from "./context/instructions.ts";
import type { InputEntry, ModelRequest } from "./model-types.ts";
import { specsWith } from "./tools/index.ts";
import type { TurnHost } from "./turn-host.ts";

const prefixes = new Map<string, number>();

/** What stands before the history in every request. */
export function prefixBytes({
  patching: { tool },
  phase: { mode },
}: Pick<TurnHost, "patching" | "phase">): number {
  const key = `${tool} ${mode}`;
  const known = prefixes.get(key) ?? bytesWith(tool, mode);
  prefixes.set(key, known);
  return known;
}

/** A request of a turn: whatever it is for, its head is the one that the provider has cached. */
export function requestOf(
  { model, effort, cacheKey, patching: { tool }, phase: { mode } }: TurnHost,
  input: readonly InputEntry[],
): ModelRequest {
  const instructions = instructionsWith(tool);
  return { model, instructions, tools: specsWith(tool, mode), input, effort, cacheKey };
}

function bytesWith(tool: EditTool, mode: Mode): number {
  return Buffer.byteLength(instructionsWith(tool) + JSON.stringify(specsWith(tool, mode)));
}
