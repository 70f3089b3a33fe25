import type { EditTool } from "@heddle/protocol";
import { instructionsWith } from "./context/instructions.ts";
import type { InputEntry, ModelRequest } from "./model-types.ts";
import { specsWith } from "./tools/index.ts";
import type { TurnHost } from "./turn-host.ts";

const prefixes = { apply_patch: bytesWith("apply_patch"), edit: bytesWith("edit") } as const;

/** What stands before the history in every request. */
export function prefixBytes({ patching }: Pick<TurnHost, "patching">): number {
  return prefixes[patching.tool];
}

/** A request of a turn: whatever it is for, its head is the one that the provider has cached. */
export function requestOf(
  { model, effort, cacheKey, patching: { tool } }: TurnHost,
  input: readonly InputEntry[],
): ModelRequest {
  const instructions = instructionsWith(tool);
  return { model, instructions, tools: specsWith(tool), input, effort, cacheKey };
}

function bytesWith(tool: EditTool): number {
  return Buffer.byteLength(instructionsWith(tool) + JSON.stringify(specsWith(tool)));
}
