import type { Policy, PolicyReplay, Thread } from "@heddle/protocol";
import { type Circumstances, type FileFact, momentOf } from "../../policy/facts.ts";
import type { Store } from "../../store/store.ts";
import { merged } from "./action-facts.ts";
import type { GitDirOf } from "./left-changes.ts";
import { type PastAction, pastActions } from "./past-actions.ts";
import { decideWith, judgesChanges } from "./policies.ts";

const examplesAtMost = 5;
const shownLength = 200;

/**
 * What policies would have said to the newest actions of some threads. What each one command had
 * changed is not known any more, but what those of a turn have left. Each change that is asked
 * about is taken to have been approved. Nothing is said of what was spent.
 */
export async function replay(
  store: Store,
  { threads, gitDirOf }: { threads: readonly Thread[]; gitDirOf: GitDirOf },
  policiesOf: (thread: Thread) => readonly Policy[],
): Promise<PolicyReplay> {
  const rulesOf = (thread: Thread) => policiesOf(thread).flatMap(({ rules }) => rules);
  const withChanges = (thread: Thread) => rulesOf(thread).some(({ rule }) => judgesChanges(rule));
  const { actions, unknown } = await pastActions(store, threads, { gitDirOf, withChanges });
  const counted = new Map<string, FileFact[]>();
  const result: PolicyReplay = {
    actions: actions.length,
    asked: 0,
    denied: 0,
    unknown,
    examples: [],
  };
  for (const action of actions) {
    const { thread, parts, change, words } = action;
    const sinceApproval = merged(counted.get(thread.id) ?? [], change);
    const facts = { parts, change, sinceApproval, ...circumstances(store, action) };
    const { verdict, reason } = decideWith(policiesOf(thread), { preset: thread.policy }, facts);
    if (change.length > 0) counted.set(thread.id, verdict === "allow" ? sinceApproval : []);
    if (verdict === "allow") continue;
    result[verdict === "ask" ? "asked" : "denied"] += 1;
    result.examples.unshift({ action: shortened(words), verdict, reason });
  }
  return { ...result, examples: result.examples.slice(0, examplesAtMost) };
}

function circumstances(store: Store, { thread, at }: PastAction): Circumstances {
  const costUsd = { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 };
  const attended = store.runs.where({ thread_id: thread.id }).length === 0;
  return { costUsd, ...momentOf(at), attended };
}

function shortened(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
