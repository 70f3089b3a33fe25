import { type Automation, type Finding, type Run, Severity } from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";
import { type Claimed, claimSlot } from "./claims.ts";

/**
 * Claims a run for each finding that is to be fixed by itself after a run has looked, the worst first.
 * One that came to no thread is claimed again after the next run.
 */
export function claimFixes(
  tx: Transaction,
  store: Store,
  automation: Automation,
  { id: originRunId, state, commit }: Run,
): Claimed[] {
  const { options, paused } = automation;
  if (options.fixes === 0 || paused !== null || state !== "findings") return [];
  const underWay = new Set(store.runs.openOf(automation.id).map(({ findingId }) => findingId));
  return store.findings
    .where({ automation_id: automation.id })
    .filter((finding) => isFixable(finding) && !underWay.has(finding.id))
    .sort(worstFirst)
    .slice(0, options.fixes)
    .flatMap(({ id: findingId }) => {
      const slot = `${findingId} ${originRunId}`;
      const claim = { trigger: "fix", slot, commit, originRunId, findingId } as const;
      return claimSlot(tx, store, automation, claim) ?? [];
    });
}

/** Whether a finding says what would fix it, and nobody has put it aside or has begun to work on it. */
export function isFixable({ kind, state, inbox, remedy, threadId }: Finding): boolean {
  const isOpen = state === "new" || state === "open" || state === "reopened";
  const isShown = inbox === "unread" || inbox === "read";
  return kind === "finding" && isOpen && isShown && remedy !== null && threadId === null;
}

function worstFirst(a: Finding, b: Finding): number {
  const rank = ({ severity }: Finding) => Severity.options.indexOf(severity);
  return rank(b) - rank(a);
}

/** What the thread is called that is to fix a finding. */
export function fixTitle({ title }: Pick<Finding, "title">): string {
  return `Fix: ${title}`.slice(0, 500);
}

/** What the agent is told that is to fix a finding. */
export function fixText(
  finding: Pick<Finding, "title" | "detail" | "path" | "line" | "remedy">,
): string {
  const { title, detail, path, line, remedy } = finding;
  const place = path === null ? "" : `\nWhere: ${path}${line === null ? "" : `:${line}`}`;
  const wish = remedy ?? "Find the cause and fix it; add a test that fails without the fix.";
  return `An automation found this: ${title}${place}\n\n${detail}\n\n${wish}`;
}
