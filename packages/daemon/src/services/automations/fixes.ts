import { type Automation, type Finding, type Run, Severity } from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";
import { type Claimed, claimSlot } from "./claims.ts";

/**
 * Claims a run for each finding that is to be fixed by itself after a run has looked: the worst of
 * those that can be fixed, that nobody has put aside, and on which no thread has worked yet.
 */
export function claimFixes(
  tx: Transaction,
  store: Store,
  automation: Automation,
  { id: originRunId, state, commit }: Run,
): Claimed[] {
  const { fixes } = automation.options;
  if (fixes === 0 || state !== "findings") return [];
  const open = store.findings.where({
    automation_id: automation.id,
    kind: "finding",
    state: ["new", "open", "reopened"],
    inbox: ["unread", "read"],
  });
  const claimed: Claimed[] = [];
  for (const { id, remedy, threadId } of open.sort(worstFirst)) {
    if (claimed.length === fixes) break;
    if (remedy === null || threadId !== null) continue;
    const claim = { trigger: "fix", slot: id, commit, originRunId } as const;
    const one = claimSlot(tx, store, automation, claim);
    if (one) claimed.push(one);
  }
  return claimed;
}

function worstFirst(a: Finding, b: Finding): number {
  const rank = ({ severity }: Finding) => Severity.options.indexOf(severity);
  return rank(b) - rank(a);
}

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
