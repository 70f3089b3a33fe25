import type { EditTool, Mode } from "@heddle/protocol";
import { instructionsWith } from "./context/instructions.ts";
import type { McpOffer } from "./mcp/offers.ts";
import type { InputEntry, ModelRequest } from "./model-types.ts";
import { specsWith } from "./tools/index.ts";
import type { TurnHost } from "./turn-host.ts";

const prefixes = new Map<string, number>();
const offerBytes = new WeakMap<readonly McpOffer[], number>();

/** What stands before the history in every request. */
export function prefixBytes({
  patching: { tool },
  phase: { mode },
  mcp: { offers },
}: Pick<TurnHost, "patching" | "phase" | "mcp">): number {
  const key = `${tool} ${mode}`;
  const known = prefixes.get(key) ?? bytesWith(tool, mode);
  prefixes.set(key, known);
  return known + bytesOf(offers);
}

/** A request of a turn: whatever it is for, its head is the one that the provider has cached. */
export function requestOf(
  { model, effort, cacheKey, patching: { tool }, phase: { mode }, mcp: { offers } }: TurnHost,
  input: readonly InputEntry[],
): ModelRequest {
  const instructions = instructionsWith(tool);
  return { model, instructions, tools: specsWith(tool, mode, offers), input, effort, cacheKey };
}

/** The offers of a turn are one list, from its beginning to its end. */
function bytesOf(offers: readonly McpOffer[]): number {
  const whole = () => offers.reduce((sum, { tool }) => sum + JSON.stringify(tool).length, 0);
  const known = offerBytes.get(offers) ?? whole();
  offerBytes.set(offers, known);
  return known;
}

function bytesWith(tool: EditTool, mode: Mode): number {
  return Buffer.byteLength(instructionsWith(tool) + JSON.stringify(specsWith(tool, mode)));
}
