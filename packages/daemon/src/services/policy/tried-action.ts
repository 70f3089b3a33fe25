import { DaemonError, type Methods, type ParamsOf, type ProjectId } from "@heddle/protocol";
import { planPatch } from "../../agent/patch/apply.ts";
import { patchSource } from "../../agent/patch/write.ts";
import { openTree } from "../../os/tree-files.ts";
import { type FileFact, fileParts, type Part } from "../../policy/facts.ts";
import type { Store } from "../../store/store.ts";
import { hostOfServer, serversOf } from "../mcp/pins.ts";
import { filesOf, partsOf } from "./action-facts.ts";

type TriedAction = ParamsOf<Methods, "policy/test">["action"];
type TriedCall = Extract<TriedAction, { type: "tool" }>;

/** Where an action is tried: without a project there is no worktree. */
export interface Ground {
  readonly projectId: ProjectId | undefined;
  readonly root: string | undefined;
  readonly checks: readonly string[];
}

/** What an action would do, of which nothing is done. */
export async function factsOf(
  store: Store,
  action: TriedAction,
  { projectId, root, checks }: Ground,
): Promise<{ parts: readonly Part[]; change: readonly FileFact[] }> {
  const line = { worktree: root ?? "/", checks };
  switch (action.type) {
    case "patch": {
      const change = await filesOfPatch(action.patch, root);
      return { parts: fileParts(change), change };
    }
    case "command": {
      const { cmd, cwd = line.worktree } = action;
      return { parts: partsOf({ type: "command", cmd, cwd, tty: false }, line), change: [] };
    }
    case "tool": {
      const call = { ...action, arguments: JSON.stringify(action.arguments), hash: "" };
      const host = hostOf(store, action, projectId);
      return { parts: partsOf({ ...call, type: "mcpTool", host }, line), change: [] };
    }
  }
}

/** Where the calls of a server go, which has to be known: by that rules tell remote tools. */
function hostOf(store: Store, { server }: TriedCall, projectId: ProjectId | undefined) {
  const known =
    projectId === undefined
      ? store.mcpServers.where({ project_id: null })
      : serversOf(store, projectId);
  const found = known.find(({ name }) => name === server);
  if (found) return hostOfServer(found) ?? null;
  const names = known.map(({ name }) => name).join(", ") || "none";
  const message = `no MCP server ${server} here; there are: ${names}`;
  throw new DaemonError("notFound", message, { server });
}

async function filesOfPatch(patch: string, root: string | undefined): Promise<FileFact[]> {
  if (root === undefined) {
    const message = "a patch is tried in a project or a thread; name one";
    throw new DaemonError("invalidParams", message);
  }
  using files = openTree(root);
  const changes = await planPatch(patch, patchSource(files));
  return filesOf(
    changes.map(({ kind, path, movedTo, added, removed }) => ({
      kind,
      path: movedTo ?? path,
      ...(movedTo !== undefined && { oldPath: path }),
      additions: added,
      deletions: removed,
    })),
  );
}

/** A part of an action as it was understood. */
export function factWords(part: Part): string {
  if (part.type === "file") {
    const { path, kind, added, deleted } = part.file;
    return `${kind} ${path}, +${added} -${deleted} lines`;
  }
  if (part.type === "tool") {
    const where = part.host === undefined ? "in the box" : `at ${part.host}`;
    return `call ${part.tool} of the MCP server ${part.server} (${where})`;
  }
  const words = part.words.map((word) => word ?? "?").join(" ");
  const unknown = part.unknown === undefined ? "" : ` (${part.unknown})`;
  return `run ${words || "something"}${unknown}`;
}
