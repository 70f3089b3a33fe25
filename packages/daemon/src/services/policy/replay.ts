import type { Item, Policy, PolicyReplay, Thread } from "@heddle/protocol";
import { type Circumstances, type FileFact, momentOf } from "../../policy/facts.ts";
import type { Store } from "../../store/store.ts";
import { filesOf, merged, partsOf } from "./action-facts.ts";
import { decideWith } from "./policies.ts";

type Action = Extract<Item, { type: "commandExecution" | "fileChange" }>;

const actionsAtMost = 50;
const threadsAtMost = 20;
const examplesAtMost = 5;
const shownLength = 200;

/**
 * What policies would have said to the newest actions of some threads. What a command had changed is
 * not known any more, so that rules which count see patches alone; each one asked about is taken to
 * have been approved.
 */
export async function replay(
  store: Store,
  threads: readonly Thread[],
  policiesOf: (thread: Thread) => readonly Policy[],
): Promise<PolicyReplay> {
  const actions = newestActions(store, threads);
  const counted = new Map<string, FileFact[]>();
  const result: PolicyReplay = { actions: actions.length, asked: 0, denied: 0, examples: [] };
  for (const { item, thread } of actions) {
    const { parts, change } = await whatOf(store, item, thread);
    const sinceApproval = merged(counted.get(thread.id) ?? [], change);
    const facts = { parts, change, sinceApproval, ...circumstances(item) };
    const preset = { preset: thread.policy };
    const { verdict, reason } = decideWith(policiesOf(thread), preset, facts);
    counted.set(thread.id, verdict === "allow" ? sinceApproval : []);
    if (verdict === "allow") continue;
    result[verdict === "ask" ? "asked" : "denied"] += 1;
    result.examples.unshift({ action: wordsOf(item), verdict, reason });
  }
  return { ...result, examples: result.examples.slice(0, examplesAtMost) };
}

/** Oldest first. */
function newestActions(store: Store, threads: readonly Thread[]) {
  const found = threads.slice(0, threadsAtMost).flatMap((thread) =>
    store.items
      .newest(thread.id)
      .filter((item): item is Action => isAction(item))
      .take(actionsAtMost)
      .map((item) => ({ item, thread }))
      .toArray(),
  );
  const newestFirst = found.sort((a, b) => (a.item.id < b.item.id ? 1 : -1));
  return newestFirst.slice(0, actionsAtMost).reverse();
}

function isAction(item: Item): boolean {
  return item.type === "fileChange" || (item.type === "commandExecution" && item.by === "agent");
}

async function whatOf(store: Store, item: Action, thread: Thread) {
  const checks = store.projects.find(thread.projectId)?.settings.checks ?? [];
  const line = { worktree: thread.worktree ?? "/", checks };
  if (item.type === "fileChange") {
    const change = filesOf(item.changes);
    const patch = { type: "patch", patch: "", changes: item.changes } as const;
    return { parts: await partsOf(patch, line), change };
  }
  const { cmd, cwd } = item;
  return { parts: await partsOf({ type: "command", cmd, cwd, tty: false }, line), change: [] };
}

function circumstances({ createdAt }: Action): Circumstances {
  const costUsd = { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 };
  return { costUsd, ...momentOf(createdAt), attended: true };
}

function wordsOf(item: Action): string {
  const text =
    item.type === "commandExecution"
      ? item.cmd
      : item.changes
          .map(({ path, additions, deletions }) => `${path} +${additions} -${deletions}`)
          .join(", ");
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
