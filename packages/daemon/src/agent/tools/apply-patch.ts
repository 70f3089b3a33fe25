import { DaemonError } from "@heddle/protocol";
import * as z from "zod";
import type { ModelCall } from "../model-types.ts";
import { planPatch } from "../patch/apply.ts";
import { patchGrammar } from "../patch/grammar.ts";
import { patchSource } from "../patch/write.ts";
import { recoverChanges, refuseLong, writeChanges } from "./file-change.ts";
import { parseArguments, type Tool, type ToolContext, ToolError, type ToolResult } from "./tool.ts";

const description =
  "Edit files with a patch: `*** Begin Patch`, `*** Add|Update|Delete File: path`, hunks after `@@`, `*** End Patch`.";

/** What an endpoint without freeform tools is offered instead. */
const functionParams = z.object({ input: z.string() });

async function applyPatch(call: ModelCall, { host }: ToolContext): Promise<ToolResult> {
  try {
    const patch = call.custom ? call.arguments : parseArguments(functionParams, call).input;
    refuseLong(patch);
    const changes = await planPatch(patch, patchSource(host.files));
    const result = await writeChanges(changes, patch, { call, host });
    host.patching.ended(true);
    return result;
  } catch (error) {
    if (isRefused(error)) host.patching.ended(false);
    throw error;
  }
}

/** Whether the model's patch was at fault. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof ToolError || (error instanceof DaemonError && error.kind === "patchRefused")
  );
}

/** The patch tool as a freeform tool, in the grammar that models were trained on. */
export const applyPatchTool: Tool = {
  spec: {
    type: "custom",
    name: "apply_patch",
    description,
    format: { type: "grammar", syntax: "lark", definition: patchGrammar },
  },
  effect: true,
  run: applyPatch,
  recover: recoverChanges,
};
