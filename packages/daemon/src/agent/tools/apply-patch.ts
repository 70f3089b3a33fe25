import type { ChangedFile } from "@heddle/protocol";
import type { ModelCall } from "../model-types.ts";
import { type FileChange, planPatch } from "../patch/apply.ts";
import { describeChanges } from "../patch/echo.ts";
import { patchGrammar } from "../patch/grammar.ts";
import { finishChanges, journalOf } from "../patch/journal.ts";
import { applyChanges, patchSource } from "../patch/write.ts";
import { failItem, type Tool, type ToolContext, ToolError, type ToolResult } from "./tool.ts";

const description =
  "Edit files with a patch: `*** Begin Patch`, `*** Add|Update|Delete File: path`, hunks after `@@`, `*** End Patch`.";

/** What a person can be shown in one approval. */
const patchLimit = 128 * 1024;

async function applyPatch(
  patch: string,
  { callId }: ModelCall,
  { host }: ToolContext,
): Promise<ToolResult> {
  if (patch.length > patchLimit) {
    throw new ToolError(`a patch has at most ${patchLimit} characters; apply it in parts`);
  }
  const changes = await planPatch(patch, patchSource(host.files));
  const summary = changes.map(summarize);
  const item = host.startItem({
    type: "fileChange",
    callId,
    changes: summary,
    text: patch,
    textLength: patch.length,
  });
  try {
    const subject = { type: "patch", patch, changes: summary } as const;
    const consent = await host.authorize(item.id, subject);
    if (!consent.allowed) {
      host.completeItem(item, "declined");
      return { output: consent.message };
    }
    await host.beforeEffect();
    host.effectBegins(callId, journalOf(changes));
    // Exactly what was consented to: a file that has changed since refuses the whole patch.
    await applyChanges(host.files, changes);
    host.completeItem(item, "completed");
    return { output: describeChanges(changes) };
  } catch (error) {
    failItem(host, item, error);
    throw error;
  }
}

/** Finishes a patch that an earlier daemon had begun to write. */
async function recoverPatch(
  { callId }: ModelCall,
  { host }: ToolContext,
  journal: string,
): Promise<ToolResult> {
  try {
    await finishChanges(host.files, journal);
    host.settleItem(callId, "completed");
    return { output: "applied; the daemon was restarted meanwhile" };
  } catch (error) {
    host.settleItem(callId, "failed");
    throw error;
  }
}

function summarize({ kind, path, movedTo, added, removed }: FileChange): ChangedFile {
  const places = movedTo === undefined ? { path } : { path: movedTo, oldPath: path };
  return { ...places, kind, additions: added, deletions: removed };
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
  run: (call, context) => applyPatch(call.arguments, call, context),
  recover: recoverPatch,
};
