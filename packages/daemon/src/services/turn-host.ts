import {
  type Approval,
  type ApprovalSubject,
  DaemonError,
  type Failure,
  type Item,
  ItemId,
  newId,
  type Part,
  type Project,
  type Thread,
  type Turn,
  type TurnState,
} from "@heddle/protocol";
import type { EnvironmentFacts } from "../agent/context/environment.ts";
import type { InputEntry, ModelEndpoint } from "../agent/model-types.ts";
import {
  type Consent,
  type ItemDraft,
  leaveOff,
  type RequestRecord,
  type TurnHost,
} from "../agent/turn-host.ts";
import type { Clock } from "../os/clock.ts";
import type { RepositoryPaths } from "../os/git-repository.ts";
import { openTree, type TreeFiles } from "../os/tree-files.ts";
import type { Box, Sandbox } from "../sandbox/types.ts";
import { withHead } from "../store/item-table.ts";
import type { Store } from "../store/store.ts";
import type { Approvals } from "./approvals.ts";
import type { Boxes } from "./boxes.ts";
import { checkpoint } from "./git/checkpoints.ts";
import { daemonActor, type Journal } from "./journal.ts";
import type { LiveTexts } from "./live-texts.ts";
import type { Policies } from "./policies.ts";
import { refreshThread } from "./thread-status.ts";

/** What every turn shares. */
export interface HostServices {
  readonly store: Store;
  readonly journal: Journal;
  readonly texts: LiveTexts;
  readonly approvals: Approvals;
  readonly policies: Policies;
  readonly sandbox: Sandbox;
  readonly boxes: Boxes;
  readonly searcher: string;
  readonly clock: Clock;
}

/** What is particular to one turn. */
export interface HostSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly project: Project;
  readonly checkout: RepositoryPaths;
  readonly endpoint: ModelEndpoint;
  /** The model's name at the endpoint. */
  readonly model: string;
  /** What the user sent. */
  readonly input: readonly Part[];
  readonly signal: AbortSignal;
}

/** The world as one running turn has it. Disposing ends the turn's box and all of its commands. */
export class ServiceTurnHost implements TurnHost, AsyncDisposable {
  readonly #services: HostServices;
  readonly #subject: HostSubject;
  readonly files: TreeFiles;
  readonly resumed: boolean;
  readonly worktree: string;
  readonly environment: EnvironmentFacts;
  readonly input: readonly Part[];
  readonly cacheKey: string;
  readonly model: string;
  readonly effort: TurnHost["effort"];
  readonly endpoint: ModelEndpoint;
  readonly signal: AbortSignal;
  readonly searcher: string;
  #box: Promise<Box> | undefined;
  #prepared: Promise<void> | undefined;
  #hadEffects: boolean;

  constructor(services: HostServices, subject: HostSubject) {
    this.#services = services;
    this.#subject = subject;
    const { store, clock, searcher } = services;
    const { turn, thread, project, checkout } = subject;
    this.worktree = checkout.worktree;
    this.files = openTree(this.worktree);
    this.resumed = store.history.hasTurn(turn.id);
    this.#hadEffects = store.checkpoints.find(turn.id) !== undefined;
    this.input = subject.input;
    this.cacheKey = thread.id;
    this.model = subject.model;
    this.effort = turn.effort ?? undefined;
    this.endpoint = subject.endpoint;
    this.signal = subject.signal;
    this.searcher = searcher;
    this.environment = {
      worktree: this.worktree,
      branch: thread.branch ?? "",
      target: thread.target,
      policy: thread.policy,
      checks: project.settings.checks ?? [],
      ports: [thread.portBase, thread.portBase + 9],
      date: new Date(clock()).toISOString().slice(0, 10),
    };
  }

  /** Whether the turn may have changed something. */
  get hadEffects(): boolean {
    return this.#hadEffects;
  }

  effectBegins(callId: string, journal = ""): void {
    const { store, clock } = this.#services;
    store.effects.add(this.#subject.turn.id, callId, journal, clock());
  }

  unreportedEffect(callId: string): string | undefined {
    return this.#services.store.effects.find(this.#subject.turn.id, callId);
  }

  recoverCommand(callId: string): string {
    const item = this.#itemOf(callId);
    if (item?.type !== "commandExecution") return "exit_code: unknown (the daemon was stopped)";
    if (item.state === "running") this.completeItem(item, "interrupted");
    const exit =
      item.exitCode === null
        ? "unknown (interrupted: the daemon was stopped, and it is not run again)"
        : item.exitCode;
    return `exit_code: ${exit}\noutput:\n${this.#services.store.items.text(item.id) ?? ""}`;
  }

  settleItem(callId: string, state: "completed" | "failed"): void {
    const item = this.#itemOf(callId);
    if (item?.state === "running") this.completeItem(item, state);
  }

  atomically<T>(change: () => T): T {
    return this.#services.journal.write(daemonActor, change);
  }

  setState(state: TurnState): void {
    this.#update(state, { retryAt: null, failure: null });
  }

  waitForRetry(failure: Failure, waitMs: number): void {
    this.#update("retryWait", { failure, retryAt: this.#services.clock() + waitMs });
  }

  history(): readonly InputEntry[] {
    return this.#services.store.history.read(this.#subject.thread.id) as InputEntry[];
  }

  remember(entries: readonly InputEntry[]): void {
    const { thread, turn } = this.#subject;
    const { store } = this.#services;
    store.transaction(() => {
      store.history.append(thread.id, turn.id, entries);
      for (const { type, call_id } of entries) {
        if (type.endsWith("_call_output")) store.effects.remove(turn.id, String(call_id));
      }
    });
  }

  recordRequest({ wallMs, outcome, usage }: RequestRecord): void {
    const { store, journal } = this.#services;
    journal.write(daemonActor, (tx) => {
      const turn = store.turns.find(this.#subject.turn.id) ?? this.#subject.turn;
      store.modelRequests.add({
        turnId: turn.id,
        model: turn.model,
        at: tx.now,
        wallMs,
        outcome,
        inputTokens: usage?.inputTokens ?? null,
        cachedInputTokens: usage?.cachedInputTokens ?? null,
        outputTokens: usage?.outputTokens ?? null,
        reasoningTokens: usage?.reasoningTokens ?? null,
      });
      tx.record({ type: "turnUpdated", turn: { ...turn, usage: sum(turn.usage, usage) } });
    });
  }

  startItem<Draft extends ItemDraft>(draft: Draft): Extract<Item, { type: Draft["type"] }> {
    const { thread, turn } = this.#subject;
    const known = "callId" in draft ? this.#itemOf(draft.callId) : undefined;
    if (known?.type === draft.type && known.state === "running") {
      return known as Extract<Item, { type: Draft["type"] }>;
    }
    return this.#services.journal.write(daemonActor, (tx) => {
      const ids = { id: newId(ItemId), threadId: thread.id, turnId: turn.id };
      const times = { createdAt: tx.now, completedAt: null };
      const item = { ...draft, ...ids, ...times, state: "running" } as unknown as Item;
      tx.record({ type: "itemStarted", item });
      return item as Extract<Item, { type: Draft["type"] }>;
    });
  }

  appendText(itemId: ItemId, text: string): void {
    this.#services.texts.append(this.#subject.thread.id, itemId, text);
  }

  updateItem(item: Item): void {
    const streamed = this.#services.texts.peek(item.id);
    this.#services.journal.write(daemonActor, (tx) => {
      tx.record({ type: "itemUpdated", item: withHead(item, streamed) }, streamed);
    });
  }

  completeItem(item: Item, state: Exclude<Item["state"], "running">): void {
    if (this.signal.reason === leaveOff) return;
    this.#services.journal.write(daemonActor, (tx) => {
      const streamed = this.#services.texts.peek(item.id);
      const whole = streamed === "" && "text" in item ? item.text : streamed;
      const completed = { ...withHead(item, whole), state, completedAt: tx.now };
      tx.record({ type: "itemCompleted", item: completed }, whole);
      tx.afterCommit(() => void this.#services.texts.take(item.id));
    });
  }

  async authorize(itemId: ItemId, subject: ApprovalSubject): Promise<Consent> {
    const { policies, approvals } = this.#services;
    const { thread } = this.#subject;
    if (subject.type === "question") throw new Error("a question is asked, not authorized");
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

  prepareEffects(): void {
    this.#prepared ??= this.#prepare();
    this.#prepared.catch(() => {});
  }

  async beforeEffect(): Promise<void> {
    this.prepareEffects();
    await this.#prepared;
    this.signal.throwIfAborted();
    this.#hadEffects = true;
  }

  box(): Promise<Box> {
    const { thread, checkout } = this.#subject;
    this.#box ??= this.#services.boxes.open({
      thread,
      checkout,
      lent: this.#services.store.threads.lent(thread.id),
      access: thread.policy === "readOnly" ? "ro" : "rw",
    });
    return this.#box;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prepared?.catch(() => {});
    this.files[Symbol.dispose]();
    const box = await this.#box?.catch(() => undefined);
    await box?.[Symbol.asyncDispose]();
  }

  #update(state: TurnState, changes: Partial<Turn>): void {
    const { store, journal } = this.#services;
    const before = store.turns.find(this.#subject.turn.id);
    if (before === undefined || before.state === state) return;
    journal.write(daemonActor, (tx) => {
      tx.record({ type: "turnUpdated", turn: { ...before, state, ...changes } });
      refreshThread(tx, store, before.threadId);
    });
  }

  /** An item of this turn that was begun for a call. */
  #itemOf(callId: string): Item | undefined {
    if (!this.resumed) return undefined;
    const items = this.#services.store.items.ofTurn(this.#subject.turn.id);
    return items.findLast((item) => "callId" in item && item.callId === callId);
  }

  async #prepare(): Promise<void> {
    const { sandbox, store, journal } = this.#services;
    const { thread, turn, checkout } = this.#subject;
    // A resumed turn had its checkpoint before its first effect.
    if (store.checkpoints.find(turn.id)) {
      await sandbox.prove();
      return;
    }
    const [proofs, { commit }] = await Promise.all([
      sandbox.prove(),
      checkpoint(sandbox.git, checkout, { threadId: thread.id, turnId: turn.id }),
    ]);
    const broken = proofs.find(({ passed }) => !passed);
    if (broken) {
      const message = `the sandbox is not tight (${broken.name}: ${broken.detail}); run \`heddle doctor\``;
      throw new DaemonError("sandboxUnavailable", message, { proof: broken.name });
    }
    journal.write(daemonActor, ({ now }) =>
      store.checkpoints.put({ turnId: turn.id, threadId: thread.id, commit }, now),
    );
  }

  /** Waits for a person; the turn says for whom. */
  async #request(
    itemId: ItemId,
    kind: Approval["kind"],
    subject: ApprovalSubject,
    reason: string,
  ): Promise<Approval> {
    const { approvals } = this.#services;
    const { turn, signal } = this.#subject;
    this.setState(kind === "question" ? "waitingForUser" : "waitingForApproval");
    const request = { turn, itemId, kind, subject, reason };
    const approval = await approvals.request(request, signal);
    signal.throwIfAborted();
    this.setState("dispatching");
    return approval;
  }
}

const refused = (why: string): Consent => ({ allowed: false, message: `declined: ${why}` });

function refusalOf({ state, answer }: Approval): string {
  if (state === "expired") return "nobody answered before the deadline";
  const comment = answer?.type === "decline" ? answer.comment : undefined;
  return comment ? `the user says: ${comment}` : "the user does not want this";
}

function sum(before: Turn["usage"], used: RequestRecord["usage"]): Turn["usage"] {
  return {
    requests: before.requests + 1,
    inputTokens: before.inputTokens + (used?.inputTokens ?? 0),
    cachedInputTokens: before.cachedInputTokens + (used?.cachedInputTokens ?? 0),
    outputTokens: before.outputTokens + (used?.outputTokens ?? 0),
    reasoningTokens: before.reasoningTokens + (used?.reasoningTokens ?? 0),
  };
}
