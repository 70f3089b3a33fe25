import type { ChangedFile } from "@heddle/protocol";
import type { ModelCall } from "../model-types.ts";
import type { FileChange } from "../patch/apply.ts";
import { describeChanges } from "../patch/echo.ts";
import { finishChanges, journalOf } from "../patch/journal.ts";
import { applyChanges } from "../patch/write.ts";
import type { Writes } from "../turn-host.ts";
import {
  declined,
  failItem,
  type Tool,
  type ToolContext,
  ToolError,
  type ToolResult,
} from "./tool.ts";

/** What a person can be shown in one approval. */
const patchLimit = 128 * 1024;

/** Refuses what nobody could read before it is approved. */
export function refuseLong(patch: string): void {
  if (patch.length <= patchLimit) return;
  throw new ToolError(`a change has at most ${patchLimit} characters; make it in parts`);
}

/** Writes planned changes, all or none, as one item: after consent, and with a journal. */
export async function writeChanges(
  changes: readonly FileChange[],
  patch: string,
  { call: { callId }, host }: Pick<ToolContext, "host"> & { readonly call: ModelCall },
): Promise<ToolResult> {
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
    const consent = await host.authorize(item.id, subject, writesOf(changes));
    if (!consent.allowed) return declined(host, item, consent.message);
    await host.beforeEffect();
    host.effectBegins(callId, journalOf(changes));
    // Exactly what was consented to: a file that has changed since refuses the whole patch.
    await applyChanges(host.files, changes);
    host.completeItem(item, "completed");
    return { output: (await host.settleChanges()) ?? describeChanges(changes) };
  } catch (error) {
    failItem(host, item, error);
    throw error;
  }
}

/** Finishes changes that an earlier daemon had begun to write. */
export const recoverChanges: NonNullable<Tool["recover"]> = async (
  { callId },
  { host },
  journal,
) => {
  try {
    await finishChanges(host.files, journal);
    host.settleItem(callId, "completed");
    return { output: "applied; the daemon was restarted meanwhile" };
  } catch (error) {
    host.settleItem(callId, "failed");
    throw error;
  }
};

function writesOf(changes: readonly FileChange[]): Writes {
  const writes = new Map<string, Buffer | undefined>();
  for (const { path, movedTo, after } of changes) {
    if (movedTo !== undefined) writes.set(path, undefined);
    writes.set(movedTo ?? path, after);
  }
  return writes;
}

function summarize({ kind, path, movedTo, added, removed }: FileChange): ChangedFile {
  const places = movedTo === undefined ? { path } : { path: movedTo, oldPath: path };
  return { ...places, kind, additions: added, deletions: removed };
}
