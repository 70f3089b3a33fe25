import type { Approval, ApprovalSubject, ItemId, Thread, Turn } from "@heddle/protocol";
import type { Consent } from "../agent/turn-host.ts";
import type { Approvals } from "./approvals.ts";
import type { Policies } from "./policies.ts";
import type { TurnRecord } from "./turn-record.ts";

export interface ConsentServices {
  readonly approvals: Approvals;
  readonly policies: Policies;
}

interface ConsentSubject {
  readonly turn: Turn;
  readonly thread: Thread;
}

/** Asks on behalf of one turn: the policy first, then a person. */
export class TurnConsent {
  readonly #services: ConsentServices;
  readonly #subject: ConsentSubject;
  readonly #record: TurnRecord;

  constructor(services: ConsentServices, subject: ConsentSubject, record: TurnRecord) {
    this.#services = services;
    this.#subject = subject;
    this.#record = record;
  }

  async authorize(itemId: ItemId, subject: ApprovalSubject): Promise<Consent> {
    const { policies, approvals } = this.#services;
    const { thread } = this.#subject;
    if (subject.type === "question" || subject.type === "planDeviation") {
      throw new Error("only an effect is authorized");
    }
    const { verdict, reason } = policies.decide(thread.policy, { effect: subject.type });
    if (verdict === "allow" || (verdict === "ask" && approvals.hasConsent(thread.id, subject))) {
      return { allowed: true };
    }
    if (verdict === "deny") return refused(`the policy ${thread.policy} forbids it: ${reason}`);
    const approval = await this.#request(itemId, "effect", subject, reason);
    if (approval.state === "accepted") return { allowed: true };
    return refused(refusalOf(approval));
  }

  async ask(itemId: ItemId, question: string, options: string[]): Promise<string> {
    const subject = { type: "question", question, options } as const;
    const { answer, state } = await this.#request(itemId, "question", subject, "The agent asks.");
    if (answer?.type === "text") return answer.text;
    if (answer?.type === "decline") return answer.comment ?? "The user does not want to answer.";
    return state === "expired" ? "Nobody answered in time." : "The question was withdrawn.";
  }

  /** Shows a plan beside what has become of it, and waits for a person. */
  leavePlan(itemId: ItemId, subject: ApprovalSubject): Promise<Approval> {
    return this.#request(itemId, "planDeviation", subject, "The work leaves its approved plan.");
  }

  /** Waits for a person; the turn says for whom. */
  async #request(
    itemId: ItemId,
    kind: Approval["kind"],
    subject: ApprovalSubject,
    reason: string,
  ): Promise<Approval> {
    const { signal } = this.#record;
    const { turn } = this.#subject;
    this.#record.setState(kind === "question" ? "waitingForUser" : "waitingForApproval");
    const request = { turn, itemId, kind, subject, reason };
    const approval = await this.#services.approvals.request(request, signal);
    signal.throwIfAborted();
    this.#record.setState("dispatching");
    return approval;
  }
}

const refused = (why: string): Consent => ({ allowed: false, message: `declined: ${why}` });

function refusalOf({ state, answer }: Approval): string {
  if (state === "expired") return "nobody answered before the deadline";
  const comment = answer?.type === "decline" ? answer.comment : undefined;
  return comment ? `the user says: ${comment}` : "the user does not want this";
}
