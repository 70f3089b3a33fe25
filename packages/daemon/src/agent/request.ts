import { instructions } from "./context/instructions.ts";
import type { InputEntry, ModelRequest } from "./model-types.ts";
import { tools } from "./tools/index.ts";
import type { TurnHost } from "./turn-host.ts";

const specs = tools.map(({ spec }) => spec);

/** What stands before the history in every request. */
export const prefixBytes = Buffer.byteLength(instructions + JSON.stringify(specs));

/** A request of a turn: whatever it is for, its head is the one that the provider has cached. */
export function requestOf(
  { model, effort, cacheKey }: TurnHost,
  input: readonly InputEntry[],
): ModelRequest {
  return { model, instructions, tools: specs, input, effort, cacheKey };
}
