import type { Approval, ApprovalSubject, Item, ItemId, Plan, Thread, Turn } from "@heddle/protocol";
import type { Phase } from "../../agent/phases/phase.ts";
import type { ItemDraft } from "../../agent/turn-host.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { notTakenBack, type Restored } from "../git/take-back.ts";
import { daemonActor, type Journal } from "../journal.ts";
import type { ReviewRecord } from "../reviews/review-record.ts";
import type { TurnTrees } from "../turn-trees.ts";
import { documentBrief, implementBrief, planBrief, reviewBrief } from "./briefs.ts";
import { type Kept, keepToDocuments } from "./document-border.ts";
import { documentProblems } from "./document-problems.ts";
import { PlanBorder } from "./plan-border.ts";
import { openSteps } from "./plan-report.ts";
import { newestPlan, type Plans } from "./plans.ts";

export interface PhaseServices {
  readonly store: Store;
  readonly journal: Journal;
  readonly sandbox: Sandbox;
  readonly plans: Plans;
  readonly reviewRecord: ReviewRecord;
}

export interface PhaseSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
  readonly trees: TurnTrees;
  readonly hadEffects: () => boolean;
  readonly restored: Restored;
  readonly ask: (itemId: ItemId, subject: ApprovalSubject) => Promise<Approval>;
  /** Stores an item that is complete at once. */
  readonly addItem: (draft: ItemDraft) => Item;
}

/** What holds a turn to what it is for. */
export function turnPhase(services: PhaseServices, subject: PhaseSubject): Phase {
  switch (subject.turn.mode) {
    case "plan":
      return planning(services, subject);
    case "review":
      return reviewing(services, subject);
    case "document":
      return documenting(services, subject);
    case "implement":
      return implementing(services, subject);
  }
}

/** Nothing is in its way: what the phases have in common. */
function freely({ turn: { mode } }: PhaseSubject): Phase {
  const refuse = (): never => {
    throw new Error(`a turn of mode ${mode} proposes and reports nothing`);
  };
  return {
    mode,
    brief: undefined,
    isAlwaysChecked: false,
    takeUp: async () => {},
    afterEffect: async () => undefined,
    conclude: async () => false,
    problems: async () => [],
    propose: refuse,
    judgeFindings: refuse,
  };
}

function planning({ store, journal, plans }: PhaseServices, subject: PhaseSubject): Phase {
  const { turn } = subject;
  const proposed = () => newestPlan(store, turn.threadId)?.turnId === turn.id;
  return {
    ...freely(subject),
    brief: planBrief,
    problems: async () => (proposed() ? [] : ["there is no plan yet: end with propose_plan"]),
    propose: (callId, content) => {
      const steps = content.steps.map((step) => ({ step, status: "pending" as const }));
      subject.addItem({ type: "plan", callId, steps, proposal: content });
      journal.write(daemonActor, (tx) => plans.propose(tx, turn, content));
    },
  };
}

function reviewing({ reviewRecord }: PhaseServices, subject: PhaseSubject): Phase {
  const { turn, addItem } = subject;
  return {
    ...freely(subject),
    brief: reviewBrief,
    problems: async () =>
      reviewRecord.isReported(turn.id) ? [] : ["nothing is reported yet: end with report_findings"],
    judgeFindings: (callId, findings, summary) =>
      reviewRecord.judge(turn, { findings, summary }, (finding) =>
        addItem({ type: "reviewFinding", callId, finding }),
      ),
  };
}

function documenting({ sandbox }: PhaseServices, subject: PhaseSubject): Phase {
  const { thread, checkout, trees, hadEffects, restored } = subject;
  const files = { sandbox, checkout, now: () => trees.now(), restored };
  const takeBack = async (): Promise<Kept> =>
    hadEffects() ? await keepToDocuments(files, await trees.begun()) : { takenBack: [], left: [] };
  return {
    ...freely(subject),
    brief: documentBrief,
    afterEffect: async () => {
      const { takenBack, left } = await takeBack();
      const paths = [...new Set([...takenBack, ...left])];
      if (paths.length === 0) return undefined;
      return `taken back: ${listed(paths)}. This turn may change docs/**, Markdown, README, changelog and comments that no tool obeys, and no modes or links.`;
    },
    conclude: async () => {
      const { takenBack, left } = await takeBack();
      if (left.length > 0) throw notTakenBack(`a document turn may not change ${listed(left)}`);
      return takenBack.length > 0;
    },
    problems: async () => {
      const [from, to] = [await trees.begun(), await trees.now()];
      return await documentProblems({ sandbox, thread, checkout }, { from, to });
    },
  };
}

function listed(paths: readonly string[]): string {
  return paths.slice(0, 20).join(", ");
}

function implementing({ store, sandbox }: PhaseServices, subject: PhaseSubject): Phase {
  const { turn } = subject;
  const plan = turn.plan ? store.plans.find(turn.plan.id) : undefined;
  if (plan === undefined) return freely(subject);
  const border = new PlanBorder({ ...subject, store, sandbox, plan });
  return {
    ...freely(subject),
    brief: implementBrief(plan),
    isAlwaysChecked: true,
    takeUp: () => border.takeUp(),
    afterEffect: () => border.judge(),
    conclude: () => border.conclude(),
    problems: async () => untracked(plan, store.items.ofTurn(turn.id)),
  };
}

/** Steps that nobody has spoken of; the gate itself asks for those that were and are open. */
function untracked(plan: Plan, items: readonly Item[]): string[] {
  const told = items.findLast((item) => item.type === "plan" && item.proposal === null);
  const known = new Set(told?.type === "plan" ? told.steps.map(({ step }) => step) : []);
  const missing = openSteps(plan, items).filter((step) => !known.has(step));
  return missing.map((step) => `the approved plan's step "${step}" is not in update_plan`);
}
