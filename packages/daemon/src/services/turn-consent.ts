import {
  type Approval,
  type ApprovalSubject,
  DaemonError,
  type ItemId,
  type RuleOffer,
  type Thread,
  type Turn,
} from "@heddle/protocol";
import { mayChangeFiles } from "../agent/effect-items.ts";
import type { Consent, EffectSubject, Writes } from "../agent/turn-host.ts";
import type { Store } from "../store/store.ts";
import type { Approvals } from "./approvals.ts";
import { offerFor } from "./policy/offers.ts";
import type { Overspent } from "./policy/spending.ts";
import type { Measured, TurnPolicy } from "./policy/turn-policy.ts";
import type { TurnRecord } from "./turn-record.ts";

export interface ConsentServices {
  readonly store: Store;
  readonly approvals: Approvals;
}

interface ConsentSubject {
  readonly turn: Turn;
  readonly thread: Thread;
}

interface Effect {
  readonly itemId: ItemId;
  readonly cmd: string | null;
}

interface Asked {
  readonly itemId: ItemId;
  readonly kind: Approval["kind"];
  readonly subject: ApprovalSubject;
  readonly reason: string;
  readonly offer?: RuleOffer | null;
}

interface Question {
  readonly question: string;
  readonly options: string[];
  readonly reason: string;
  /** Withdraws it; else the end of the turn does. */
  readonly signal?: AbortSignal;
}

/** Asks on behalf of one turn: the policy first, then a person. */
export class TurnConsent {
  readonly #services: ConsentServices;
  readonly #subject: ConsentSubject;
  readonly #record: TurnRecord;
  readonly #policy: TurnPolicy;
  #last: Effect | undefined;

  constructor(
    services: ConsentServices,
    subject: ConsentSubject,
    { record, policy }: { record: TurnRecord; policy: TurnPolicy },
  ) {
    this.#services = services;
    this.#subject = subject;
    this.#record = record;
    this.#policy = policy;
  }

  async authorize(itemId: ItemId, subject: EffectSubject, writes?: Writes): Promise<Consent> {
    const { approvals } = this.#services;
    // What still runs may have changed more since the last look.
    const takenBack = await this.settle();
    if (takenBack !== undefined) return { allowed: false, message: takenBack };
    const decision = await this.#policy.decide(subject);
    this.#last = { itemId, cmd: "cmd" in subject ? subject.cmd : null };
    const { verdict, reason } = decision;
    if (verdict === "allow") return { allowed: true };
    if (verdict === "deny") return refused(`the policy forbids it: ${reason}`);
    const hasConsent = approvals.hasConsent(this.#subject.thread.id, subject);
    if (!hasConsent) {
      const offer = offerFor(decision, subject);
      const approval = await this.#request({ itemId, kind: "effect", subject, reason, offer });
      if (approval.state !== "accepted") return refused(refusalOf(approval));
    }
    this.#policy.accept(writes);
    return { allowed: true };
  }

  /**
   * Holds the next request to the model until the rules about money let it be made; else throws.
   */
  async authorizeRequest(): Promise<void> {
    for (;;) {
      const over = this.#policy.overspent();
      if (over === undefined) return;
      if (over.effect === "deny") throw overspent(over, "the policy forbids it");
      const { limit, spentUsd, words: reason } = over;
      const subject = { ...limit, spentUsd } as const;
      const itemId = this.#newestItem();
      const approval = await this.#request({ itemId, kind: "effect", subject, reason });
      if (approval.state !== "accepted") throw overspent(over, `declined: ${refusalOf(approval)}`);
      this.#policy.acceptSpending(over);
    }
  }

  /**
   * Holds what has changed since the last effect against the policies: kept where they allow it or
   * a person does, else taken back. What the model is told of that, if it was.
   */
  async settle(): Promise<string | undefined> {
    for (;;) {
      const measured = await this.#policy.measure(this.#lastEffect()?.cmd ?? null);
      if (measured === undefined) return undefined;
      const refusal = await this.#refusalOf(measured);
      if (refusal !== undefined) {
        await this.#policy.takeBack(measured.subject);
        return `taken back: what this changed does not stand any more (${refusal})`;
      }
      this.#policy.approve(measured.subject.toTree);
    }
  }

  /** At the end of a turn nobody can be asked any more: what is not approved is taken back. */
  async conclude(): Promise<boolean> {
    const measured = await this.#policy.measure(null);
    if (measured === undefined) return false;
    await this.#policy.takeBack(measured.subject);
    return true;
  }

  async ask(itemId: ItemId, question: string, options: string[]): Promise<string> {
    const reason = "The agent asks.";
    const { answer, state } = await this.question(itemId, { question, options, reason });
    if (answer?.type === "text") return answer.text;
    if (answer?.type === "decline") return answer.comment ?? "The user does not want to answer.";
    return state === "expired" ? "Nobody answered in time." : "The question was withdrawn.";
  }

  /** Puts a question to a person, whoever has it. */
  question(itemId: ItemId, { question, options, reason, signal }: Question): Promise<Approval> {
    const subject = { type: "question", question, options } as const;
    return this.#request({ itemId, kind: "question", subject, reason }, signal);
  }

  /** Whether a tool may be used as its server describes it now. */
  async acceptsDefinition(
    itemId: ItemId,
    subject: Extract<ApprovalSubject, { type: "mcpDefinition" }>,
  ): Promise<boolean> {
    const reason = "The MCP server describes this tool otherwise than it was approved.";
    const { state } = await this.#request({ itemId, kind: "effect", subject, reason });
    return state === "accepted";
  }

  /** Shows a plan beside what has become of it, and waits for a person. */
  leavePlan(itemId: ItemId, subject: ApprovalSubject): Promise<Approval> {
    const reason = "The work leaves its approved plan.";
    return this.#request({ itemId, kind: "planDeviation", subject, reason });
  }

  async #refusalOf({ decision, subject }: Measured): Promise<string | undefined> {
    const { verdict, reason } = decision;
    if (verdict === "deny") return `the policy forbids it: ${reason}`;
    const itemId = this.#lastEffect()?.itemId;
    if (itemId === undefined) throw new Error("changes without an effect");
    if (this.#services.approvals.hasConsent(this.#subject.thread.id, subject)) return undefined;
    const approval = await this.#request({ itemId, kind: "effect", subject, reason });
    return approval.state === "accepted" ? undefined : refusalOf(approval);
  }

  /** After a restart it is the last one that an earlier daemon began. */
  #lastEffect(): Effect | undefined {
    if (this.#last !== undefined) return this.#last;
    const items = this.#services.store.items.ofTurn(this.#subject.turn.id);
    const effect = items.findLast(mayChangeFiles);
    return effect && { itemId: effect.id, cmd: "cmd" in effect ? effect.cmd : null };
  }

  /** What was said or done last, which is what going on would follow on. */
  #newestItem(): ItemId {
    const item = this.#services.store.items.ofTurn(this.#subject.turn.id).at(-1);
    if (item === undefined) throw new Error("a turn without a message");
    return item.id;
  }

  /** Waits for a person; the turn says for whom. */
  async #request(asked: Asked, until = this.#record.signal): Promise<Approval> {
    const { signal } = this.#record;
    const { turn } = this.#subject;
    this.#record.setState(asked.kind === "question" ? "waitingForUser" : "waitingForApproval");
    const approval = await this.#services.approvals.request({ turn, ...asked }, until);
    signal.throwIfAborted();
    this.#record.setState("dispatching");
    until.throwIfAborted();
    return approval;
  }
}

function overspent({ effect, words, limit, spentUsd }: Overspent, why: string): DaemonError {
  // What follows is asked about again, or counted anew.
  const canGoOn = effect === "ask" || limit.per === "turn";
  const advice = canGoOn ? "send a message" : "change the rule with `heddle policy set`";
  const spent = `${words} $${spentUsd.toFixed(4)} were spent`;
  const message = `${why}: ${spent}; the work so far is kept and committed: ${advice} to go on`;
  return new DaemonError("budgetSpent", message, { what: "the money of a rule", words });
}

const refused = (why: string): Consent => ({ allowed: false, message: `declined: ${why}` });

function refusalOf({ state, answer }: Approval): string {
  if (state === "expired") return "nobody answered before the deadline";
  const comment = answer?.type === "decline" ? answer.comment : undefined;
  return comment ? `the user says: ${comment}` : "the user does not want this";
}
