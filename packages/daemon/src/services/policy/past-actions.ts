import type { Item, Thread } from "@heddle/protocol";
import { isMcpTool } from "../../agent/mcp/offers.ts";
import { type FileFact, fileParts, type Part } from "../../policy/facts.ts";
import type { Store } from "../../store/store.ts";
import { offersOf, serversOf } from "../mcp/pins.ts";
import { filesOf, partsOf } from "./action-facts.ts";
import { type GitDirOf, leftBy } from "./left-changes.ts";

type Effect = Extract<Item, { type: "commandExecution" | "fileChange" | "toolCall" }>;

interface PastEffect {
  readonly item: Effect;
  readonly thread: Thread;
}

interface What {
  readonly words: string;
  readonly parts: readonly Part[];
  readonly change: readonly FileFact[];
}

/** An effect of an agent's, or all that the commands and calls of a turn have left changed. */
export interface PastAction extends What {
  readonly thread: Thread;
  readonly at: number;
}

export interface PastOptions {
  readonly gitDirOf: GitDirOf;
  /** Whether anybody asks for what was changed in a thread. */
  readonly withChanges: (thread: Thread) => boolean;
}

export interface Past {
  /** Oldest first. */
  readonly actions: readonly PastAction[];
  /** How many commands and calls there were of which it is not known any more what they did. */
  readonly unknown: number;
}

const effectsAtMost = 50;
const threadsAtMost = 20;

/** The newest that was done in some threads, as far as it is stored. */
export async function pastActions(
  store: Store,
  threads: readonly Thread[],
  { gitDirOf, withChanges }: PastOptions,
): Promise<Past> {
  const effects = newestEffects(store, threads);
  const unknown = new Set<string>();
  const actions: PastAction[] = [];
  for (const [index, { item, thread }] of effects.entries()) {
    const { id, turnId, createdAt: at } = item;
    const done = doneBy(store, item, thread);
    if (done === undefined) unknown.add(id);
    else actions.push({ thread, at, ...done });
    const ofTurn = (effect: PastEffect) => effect.item.turnId === turnId;
    if (!withChanges(thread) || effects.slice(index + 1).some(ofTurn)) continue;
    const change = await leftBy(store, { turnId, thread, gitDirOf });
    const movers = effects.filter(ofTurn).filter(leavesChanges);
    if (change === undefined) for (const mover of movers) unknown.add(mover.item.id);
    if (change?.length) actions.push({ thread, at, ...leftAction(change) });
  }
  return { actions, unknown: unknown.size };
}

function leftAction(change: readonly FileFact[]): What {
  const words = `left by the commands and calls of one turn: ${filesWords(change)}`;
  return { words, parts: fileParts(change), change };
}

/** Oldest first. */
function newestEffects(store: Store, threads: readonly Thread[]): PastEffect[] {
  const found = threads.slice(0, threadsAtMost).flatMap((thread) =>
    store.items
      .newest(thread.id)
      .filter((item): item is Effect => isEffect(item))
      .take(effectsAtMost)
      .map((item) => ({ item, thread }))
      .toArray(),
  );
  const newestFirst = found.sort((a, b) => (a.item.id < b.item.id ? 1 : -1));
  return newestFirst.slice(0, effectsAtMost).reverse();
}

function isEffect(item: Item): boolean {
  if (item.type === "toolCall") return isMcpTool(item.tool);
  return item.type === "fileChange" || (item.type === "commandExecution" && item.by === "agent");
}

/** What a patch changes is stored with it. */
function leavesChanges({ item }: PastEffect): boolean {
  return item.type !== "fileChange" && item.state !== "declined";
}

function doneBy(store: Store, item: Effect, thread: Thread): What | undefined {
  const checks = store.projects.find(thread.projectId)?.settings.checks ?? [];
  const line = { worktree: thread.worktree ?? "/", checks };
  switch (item.type) {
    case "fileChange": {
      const change = filesOf(item.changes);
      return { words: filesWords(change), parts: fileParts(change), change };
    }
    case "commandExecution": {
      const { cmd, cwd } = item;
      const parts = partsOf({ type: "command", cmd, cwd, tty: false }, line);
      return { words: cmd, parts, change: [] };
    }
    case "toolCall": {
      const call = callOf(store, item, thread);
      if (call === undefined) return undefined;
      return {
        words: `${item.tool} ${item.arguments}`,
        parts: partsOf(call, line),
        change: [],
      };
    }
  }
}

/** A call of a tool that is offered no more cannot be told from others. */
function callOf(store: Store, item: Extract<Effect, { type: "toolCall" }>, { projectId }: Thread) {
  const offers = offersOf(serversOf(store, projectId));
  const offer = offers.find(({ tool }) => tool.offeredAs === item.tool);
  if (offer === undefined || !isJson(item.arguments)) return undefined;
  const { server, tool, host = null } = offer;
  const { name, hash } = tool;
  return { type: "mcpTool", server, tool: name, arguments: item.arguments, host, hash } as const;
}

/** Models write what they like. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function filesWords(files: readonly FileFact[]): string {
  return files.map(({ path, added, deleted }) => `${path} +${added} -${deleted}`).join(", ");
}
