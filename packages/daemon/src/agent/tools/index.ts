import type { EditTool, Mode } from "@heddle/protocol";
import type { McpOffer } from "../mcp/offers.ts";
import type { ToolSpec } from "../model-types.ts";
import { applyPatchTool } from "./apply-patch.ts";
import { askUser } from "./ask-user.ts";
import { codeMap } from "./code-map.ts";
import { edit, writeFile } from "./edit.ts";
import { execCommand } from "./exec-command.ts";
import { finish } from "./finish.ts";
import { mcpTool } from "./mcp-tool.ts";
import { proposePlan } from "./propose-plan.ts";
import { readFile } from "./read-file.ts";
import { reportFindings } from "./report-findings.ts";
import { search } from "./search.ts";
import type { Tool } from "./tool.ts";
import { updatePlan } from "./update-plan.ts";
import { writeStdin } from "./write-stdin.ts";

const editTools: Readonly<Record<EditTool, readonly Tool[]>> = {
  apply_patch: [applyPatchTool],
  edit: [edit, writeFile],
};

/** What reads, in a box that cannot be written to. */
const looking = [execCommand, writeStdin, readFile, search, codeMap];

/** The tools in the order in which every request names them; the provider caches that prefix. */
function toolsWith(editTool: EditTool, mode: Mode): readonly Tool[] {
  if (mode === "plan") return [...looking, askUser, proposePlan];
  if (mode === "review") return [...looking, reportFindings];
  return [
    execCommand,
    writeStdin,
    ...editTools[editTool],
    readFile,
    search,
    codeMap,
    updatePlan,
    askUser,
    finish,
  ];
}

/** What a model is offered in a turn of this mode, if it edits with this tool: MCP tools come last. */
export function specsWith(
  editTool: EditTool,
  mode: Mode,
  offers: readonly McpOffer[] = [],
): readonly ToolSpec[] {
  return [...toolsWith(editTool, mode), ...offers.map(toolOf)].map(({ spec }) => spec);
}

const mcpTools = new WeakMap<McpOffer, Tool>();

function toolOf(offer: McpOffer): Tool {
  const tool = mcpTools.get(offer) ?? mcpTool(offer);
  mcpTools.set(offer, tool);
  return tool;
}

/**
 * A tool that a turn of this mode has: also one that its thread is no longer offered, but had called
 * before. What a mode does not have cannot be run in it, whatever the model calls.
 */
export function toolNamed(
  name: string,
  mode: Mode,
  offers: readonly McpOffer[] = [],
): Tool | undefined {
  const offered = offers.map(toolOf);
  const tools = [...toolsWith("apply_patch", mode), ...toolsWith("edit", mode), ...offered];
  return tools.find(({ spec }) => spec.name === name);
}
