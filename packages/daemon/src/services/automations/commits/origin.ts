import type { ProjectId, Run, RunId } from "@heddle/protocol";
import type { Store } from "../../../store/store.ts";

/** So many landings are looked through for the one that made a commit. */
const lookedThrough = 50;
const longestChain = 20;

/** The run whose thread landed as a commit; null where a person made it. */
export function originOf(store: Store, projectId: ProjectId, commit: string): RunId | null {
  const { data } = store.landings.page({ state: "landed" }, { limit: lookedThrough }, "newest");
  const landing = data.find((one) => one.commit === commit);
  if (landing === undefined) return null;
  const [run] = store.runs.where({ project_id: projectId, thread_id: landing.threadId });
  return run?.id ?? null;
}

/**
 * Whether a run of the automation is among those that led to a run. What fixes a finding is landed by
 * somebody, once, and is to be looked at like the work of people.
 */
export function isOwnWork(store: Store, automationId: string, origin: RunId | null): boolean {
  let at: Run | undefined = origin === null ? undefined : store.runs.find(origin);
  for (let step = 0; at && step < longestChain; step += 1) {
    if (at.trigger === "fix") return false;
    if (at.automationId === automationId) return true;
    at = at.originRunId === null ? undefined : store.runs.find(at.originRunId);
  }
  return at !== undefined;
}
