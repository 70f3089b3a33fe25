import { createHash } from "node:crypto";
import {
  type Answer,
  Approval,
  ApprovalId,
  type ApprovalSubject,
  DaemonError,
  type ItemId,
  newId,
  type RuleOffer,
  type ThreadId,
  type Turn,
} from "@heddle/protocol";
import { isMcpTool } from "../agent/mcp/offers.ts";
import { leaveOff } from "../agent/turn-host.ts";
import type { Clock } from "../os/clock.ts";
import { afterDeadline } from "../os/deadline.ts";
import type { Page, PageRequest } from "../store/document-table.ts";
import type { Store } from "../store/store.ts";
import { daemonActor, type Journal, type Transaction } from "./journal.ts";

export interface ApprovalRequest {
  readonly turn: Turn;
  readonly itemId: ItemId;
  readonly kind: Approval["kind"];
  readonly subject: ApprovalSubject;
  /** The rule that asks, in words. */
  readonly reason: string;
  readonly offer?: RuleOffer | null;
}

export interface ApprovalsOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** How long an approval of a thread waits that nobody attends; undefined for all others. */
  readonly unattendedMs?: (threadId: ThreadId) => number | undefined;
  /** Makes the offer of an approval a rule of its project. */
  readonly keepOffer: (tx: Transaction, approval: Approval) => void;
}

/** What a subject is known by: consent for it is consent for nothing else. */
export function hashOf(subject: ApprovalSubject): string {
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}

/**
 * Holds effects until somebody answers. An approval is a row: every client sees it, the first
 * answer wins, and past its deadline it is declined.
 */
export class Approvals {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #deadlineMs: number;
  readonly #unattendedMs: NonNullable<ApprovalsOptions["unattendedMs"]>;
  readonly #clock: Clock;
  readonly #keepOffer: ApprovalsOptions["keepOffer"];
  readonly #waiting = new Map<ApprovalId, (approval: Approval) => void>();

  constructor(options: ApprovalsOptions) {
    const { store, journal, clock, deadlineMs, unattendedMs, keepOffer } = options;
    this.#unattendedMs = unattendedMs ?? (() => undefined);
    this.#keepOffer = keepOffer;
    this.#clock = clock;
    this.#store = store;
    this.#journal = journal;
    this.#deadlineMs = deadlineMs;
  }

  /** Whether this very subject was accepted for the whole thread. */
  hasConsent(threadId: ThreadId, subject: ApprovalSubject): boolean {
    return this.#store.consents.has(threadId, hashOf(subject));
  }

  /**
   * Settles with the approval as it was answered; `cancelled` when the turn is interrupted, still
   * pending when it is left off.
   */
  async request(request: ApprovalRequest, turn: AbortSignal): Promise<Approval> {
    turn.throwIfAborted();
    const approval =
      this.#known(request) ?? this.#journal.write(daemonActor, (tx) => this.#create(tx, request));
    if (approval.state !== "pending") return approval;
    const { promise, resolve } = Promise.withResolvers<Approval>();
    this.#waiting.set(approval.id, resolve);
    const cancel = () => {
      if (turn.reason === leaveOff) resolve(approval);
      else this.#settleNow(approval.id, "cancelled");
    };
    turn.addEventListener("abort", cancel, { once: true });
    const at = approval.deadlineAt ?? Infinity;
    const atMostMs = this.#unattendedMs(approval.threadId) ?? this.#deadlineMs;
    const deadline = { clock: this.#clock, at, atMostMs };
    using _ = afterDeadline(deadline, () => this.#settleNow(approval.id, "expired"));
    try {
      return await promise;
    } finally {
      turn.removeEventListener("abort", cancel);
    }
  }

  /** Answers; `resolved` is false when somebody else had answered before. */
  resolve(
    tx: Transaction,
    { approvalId, hash, answer }: { approvalId: ApprovalId; hash: string; answer: Answer },
  ): { resolved: boolean; approval: Approval } {
    const approval = this.read(approvalId);
    if (approval.state !== "pending") return { resolved: false, approval };
    if (hash !== approval.hash) {
      const message = `${approvalId} is about something else than what was shown; look at it again`;
      throw new DaemonError("staleConsent", message, { approvalId, hash: approval.hash });
    }
    const state = stateAfter(approval, answer);
    if (answer.type === "accept" && answer.scope === "rule") this.#keepOffer(tx, approval);
    const settled = this.#settle(tx, { ...approval, state, answer, answeredBy: tx.actor });
    if (answer.type === "accept" && answer.scope === "thread") {
      this.#store.consents.add(approval.threadId, hash, approvalId, tx.now);
    }
    return { resolved: true, approval: settled };
  }

  /** Those that wait for an answer, oldest first. */
  pending(threadId: ThreadId | undefined, request: PageRequest): Page<Approval> {
    const conditions = { thread_id: threadId, state: "pending" };
    return this.#store.approvals.page(conditions, request, "oldest");
  }

  read(approvalId: ApprovalId): Approval {
    const approval = this.#store.approvals.find(approvalId);
    if (approval) return approval;
    throw new DaemonError("notFound", `no approval ${approvalId}`, { approvalId });
  }

  /** Ends what nobody waits for any more, after the daemon was killed. */
  cancelPending(tx: Transaction, turnId: string): void {
    for (const approval of this.#store.approvals.where({ turn_id: turnId, state: "pending" })) {
      this.#settle(tx, { ...approval, state: "cancelled" });
    }
  }

  /** Withdraws what was asked by commands and MCP servers, which ended with an earlier daemon. */
  cancelEnded(tx: Transaction): void {
    for (const approval of this.#store.approvals.where({ state: "pending" })) {
      if (this.#hasEnded(approval)) this.#settle(tx, { ...approval, state: "cancelled" });
    }
  }

  #hasEnded({ subject, itemId }: Approval): boolean {
    if (subject.type === "input" || subject.type === "mcpDefinition") return true;
    if (subject.type !== "question") return false;
    const item = this.#store.items.find(itemId);
    return item?.type === "toolCall" && isMcpTool(item.tool);
  }

  /** What was asked for the same thing before the daemon was killed; perhaps it was answered. */
  #known({ turn, itemId, subject }: ApprovalRequest): Approval | undefined {
    const hash = hashOf(subject);
    return this.#store.approvals
      .where({ turn_id: turn.id })
      .findLast((known) => known.itemId === itemId && known.hash === hash);
  }

  #create(
    tx: Transaction,
    { turn, itemId, kind, subject, reason, offer = null }: ApprovalRequest,
  ): Approval {
    const thread = this.#store.threads.find(turn.threadId);
    const approval = Approval.parse({
      id: newId(ApprovalId),
      projectId: thread?.projectId,
      threadId: turn.threadId,
      turnId: turn.id,
      itemId,
      kind,
      subject,
      reason,
      offer,
      hash: hashOf(subject),
      state: "pending",
      answer: null,
      answeredBy: null,
      createdAt: tx.now,
      deadlineAt: tx.now + (this.#unattendedMs(turn.threadId) ?? this.#deadlineMs),
      resolvedAt: null,
    });
    tx.record({ type: "approvalRequested", approval });
    return approval;
  }

  #settleNow(approvalId: ApprovalId, state: "cancelled" | "expired"): void {
    this.#journal.write(daemonActor, (tx) => {
      const approval = this.read(approvalId);
      if (approval.state === "pending") this.#settle(tx, { ...approval, state });
    });
  }

  #settle(tx: Transaction, answered: Approval): Approval {
    const approval = { ...answered, resolvedAt: tx.now };
    tx.record({ type: "approvalResolved", approval });
    tx.afterCommit(() => {
      this.#waiting.get(approval.id)?.(approval);
      this.#waiting.delete(approval.id);
    });
    return approval;
  }
}

function stateAfter({ id, kind }: Approval, answer: Answer): Approval["state"] {
  if (answer.type === "decline") return "declined";
  if (kind !== "question" && answer.type === "accept") return "accepted";
  if (kind === "question" && answer.type === "text") return "answered";
  const expected = kind === "question" ? "answer it with a text" : "accept or decline it";
  throw new DaemonError("invalidParams", `${id} is a ${kind}; ${expected}`);
}
