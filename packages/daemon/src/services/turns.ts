import { setTimeout as delay } from "node:timers/promises";
import {
  DaemonError,
  type Item,
  ItemId,
  type Methods,
  newId,
  type ParamsOf,
  type Part,
  type ThreadId,
  Turn,
  TurnId,
  turnEnded,
} from "@heddle/protocol";
import { runTurn } from "../agent/loop.ts";
import { leaveOff, type TurnOutcome } from "../agent/turn-host.ts";
import { readCommits } from "../os/git-objects.ts";
import { checkoutAt, headOf, type RepositoryPaths, readIdentity } from "../os/git-repository.ts";
import { isStorageFault } from "../store/database.ts";
import type { Busy } from "./busy.ts";
import { toFailure } from "./failure.ts";
import { commitTurn } from "./git/commits.ts";
import { daemonActor, type Transaction } from "./journal.ts";
import type { Models } from "./models.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import type { Tasks } from "./tasks.ts";
import { openTurns, refreshThread } from "./thread-status.ts";
import { type HostServices, ServiceTurnHost } from "./turn-host.ts";

export interface TurnsOptions extends HostServices {
  readonly projects: Projects;
  readonly tasks: Tasks;
  readonly models: Models;
  readonly busy: Busy;
  readonly maxRunning: number;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

interface RunningTurn {
  readonly controller: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
  /** The work is done, and only has to be stored. */
  ending: boolean;
}

/** How long a disk that takes nothing is left alone before the next try. */
const storeAgainMs = 2000;

const noUsage: Turn["usage"] = {
  requests: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** Turns: queued in the order in which they came, one at a time a thread, so many at once. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #running = new Map<TurnId, RunningTurn>();
  #stopping = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
    options.busy.onFree(() => this.#startSoon());
  }

  /** Accepts a turn; it begins once its thread is free and the limit allows. */
  start(tx: Transaction, params: ParamsOf<Methods, "turn/start">): Turn {
    const { store, models } = this.#options;
    const thread = rows.thread(store, params.threadId);
    refuseUnusable(thread);
    const turn = Turn.parse({
      id: newId(TurnId),
      threadId: thread.id,
      state: "queued",
      mode: params.mode ?? "implement",
      model: models.resolve(params.model),
      effort: params.effort ?? null,
      summary: null,
      commit: null,
      failure: null,
      retryAt: null,
      usage: noUsage,
      createdAt: tx.now,
      startedAt: null,
      completedAt: null,
    });
    tx.record({ type: "turnQueued", turn });
    tx.record({ type: "itemCompleted", item: userMessage(turn, params.input) });
    refreshThread(tx, store, thread.id);
    tx.afterCommit(() => this.#startSoon());
    return turn;
  }

  /** Whether there was still something to interrupt. */
  interrupt(tx: Transaction, turnId: TurnId): boolean {
    const turn = rows.turn(this.#options.store, turnId);
    if (turnEnded(turn.state)) return false;
    const running = this.#running.get(turnId);
    if (running?.ending) return false;
    if (running) tx.afterCommit(() => running.controller.abort());
    else this.#complete(tx, turn, { state: "interrupted" });
    return true;
  }

  /** Ends the turns of a thread that have not begun, and now never will. */
  cancelQueued(tx: Transaction, threadId: ThreadId): void {
    for (const turn of this.#options.store.turns.where({ thread_id: threadId, state: "queued" })) {
      this.#complete(tx, turn, { state: "interrupted" });
    }
  }

  /**
   * Takes up what an earlier daemon left running, killed or stopped. A response that was cut is
   * asked for again; what a call had begun is judged by the ledger; approvals wait on.
   */
  recover(): void {
    const { store, journal } = this.#options;
    journal.write(daemonActor, (tx) => {
      for (const item of store.items.running()) {
        // Items of calls are taken up again by their calls.
        if ("callId" in item) continue;
        const cut = { ...item, state: "superseded", completedAt: tx.now } as const;
        tx.record({ type: "itemCompleted", item: cut }, store.items.text(item.id));
      }
      for (const turn of store.turns.where({ state: openTurns })) {
        if (turn.state === "queued") continue;
        tx.record({ type: "turnUpdated", turn: { ...turn, state: "queued", retryAt: null } });
        refreshThread(tx, store, turn.threadId);
      }
    });
    this.#startSoon();
  }

  /** Leaves every running turn off where it is; the next daemon goes on with it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort(leaveOff);
    await Promise.all(running.map(({ ended }) => ended));
  }

  /** Whoever made a thread free finishes first. */
  #startSoon(): void {
    setImmediate(() => this.#startNext());
  }

  /** Begins what waits, as far as threads are free and the limit allows. */
  #startNext(): void {
    const { store, busy, maxRunning } = this.#options;
    if (this.#stopping) return;
    for (const turn of store.turns.where({ state: "queued" })) {
      if (this.#running.size >= maxRunning) return;
      const thread = store.threads.find(turn.threadId);
      if (thread && !busy.has(thread.id) && (thread.worktree || thread.failure)) this.#begin(turn);
    }
  }

  #begin(turn: Turn): void {
    const claim = this.#options.busy.claim(turn.threadId, "a turn is running");
    const controller = new AbortController();
    const ended = this.#run(turn, controller.signal).finally(() => {
      this.#running.delete(turn.id);
      claim[Symbol.dispose]();
    });
    this.#running.set(turn.id, { controller, ended, ending: false });
  }

  async #run(queued: Turn, signal: AbortSignal): Promise<void> {
    const { store, journal, logError } = this.#options;
    let end: () => void;
    try {
      const turn = journal.write(daemonActor, (tx) => {
        const building = {
          ...queued,
          state: "building",
          startedAt: queued.startedAt ?? tx.now,
        } as const;
        tx.record({ type: "turnUpdated", turn: building });
        refreshThread(tx, store, queued.threadId);
        return building;
      });
      const { outcome, commit } = await this.#work(turn, signal);
      if (signal.reason === leaveOff && outcome.state === "interrupted") return;
      end = () => this.#end(turn, outcome, commit);
    } catch (error) {
      if (!(error instanceof DaemonError)) logError("a turn failed", { error, turnId: queued.id });
      end = () => this.#end(queued, { state: "failed", failure: toFailure(error) });
    }
    await this.#store(end);
  }

  /** What has happened is stored as soon as the disk takes it; until then the thread is not free. */
  async #store(write: () => void): Promise<void> {
    for (;;) {
      try {
        write();
        return;
      } catch (error) {
        this.#options.logError("the end of a turn could not be stored", { error });
        if (this.#stopping || !isStorageFault(error)) return;
        await delay(storeAgainMs);
      }
    }
  }

  async #work(turn: Turn, signal: AbortSignal): Promise<{ outcome: TurnOutcome; commit?: string }> {
    const { store, projects, models } = this.#options;
    const thread = rows.thread(store, turn.threadId);
    refuseUnusable(thread);
    const [project, checkout, { endpoint, model }] = await Promise.all([
      projects.granted(thread.projectId, "rw"),
      checkoutAt(thread.worktree ?? ""),
      models.endpoint(turn.model),
    ]);
    const [first] = store.items.ofTurn(turn.id);
    const input = first?.type === "userMessage" ? first.input : [];
    const subject = { turn, thread, project, checkout, endpoint, model, signal, input };
    await using host = new ServiceTurnHost(this.#options, subject);
    const outcome = await runTurn(host);
    const running = this.#running.get(turn.id);
    if (running) running.ending = true;
    const leftOff = signal.reason === leaveOff && outcome.state === "interrupted";
    if (!host.hadEffects || leftOff) return { outcome };
    await host[Symbol.asyncDispose]();
    const author = await readIdentity(checkout.gitCommonDir);
    const summary = outcome.state === "done" ? outcome.summary : "";
    const message = commitMessage(input, thread.title, summary);
    const ids = { threadId: thread.id, turnId: turn.id };
    const made = await commitTurn(this.#options.sandbox.git, checkout, { message, author, ...ids });
    const commit =
      made?.commit ?? (host.resumed ? await earlierCommit(checkout, turn.id) : undefined);
    return { outcome, ...(commit && { commit }) };
  }

  #end(turn: Turn, outcome: TurnOutcome, commit?: string): void {
    const { store, journal } = this.#options;
    journal.write(daemonActor, (tx) => {
      const current = rows.turn(store, turn.id);
      this.#complete(tx, { ...current, commit: commit ?? null }, outcome);
    });
  }

  /** Items that an earlier daemon began, and that this turn did not come back to. */
  #endItems(tx: Transaction, turnId: TurnId): void {
    const { store } = this.#options;
    for (const item of store.items.ofTurn(turnId)) {
      if (item.state !== "running") continue;
      const ended = { ...item, state: "interrupted", completedAt: tx.now } as const;
      tx.record({ type: "itemCompleted", item: ended }, store.items.text(item.id));
    }
  }

  #complete(tx: Transaction, turn: Turn, outcome: TurnOutcome): void {
    const { store, tasks, approvals } = this.#options;
    approvals.cancelPending(tx, turn.id);
    this.#endItems(tx, turn.id);
    const completed: Turn = {
      ...turn,
      state: outcome.state,
      summary: "summary" in outcome ? outcome.summary : null,
      failure: "failure" in outcome ? outcome.failure : null,
      retryAt: null,
      completedAt: tx.now,
    };
    tx.record({ type: "turnCompleted", turn: completed });
    const thread = rows.thread(store, turn.threadId);
    if (outcome.state === "done") tasks.setState(tx, thread.taskId, "review");
    refreshThread(tx, store, thread.id);
  }
}

/** The commit of a turn whose daemon was stopped right after it. */
async function earlierCommit(
  checkout: RepositoryPaths,
  turnId: TurnId,
): Promise<string | undefined> {
  const { commit } = await headOf(checkout);
  const [head] = await readCommits(checkout.gitCommonDir, [commit]);
  return head?.message.includes(`Heddle-Turn: ${turnId}`) ? commit : undefined;
}

function refuseUnusable({ id, status, failure }: ReturnType<typeof rows.thread>): void {
  if (status === "archived") {
    throw new DaemonError("threadArchived", `${id} is archived; start a new thread`, { id });
  }
  if (failure)
    throw new DaemonError("conflict", `${id} has no worktree: ${failure.message}`, { id });
}

function userMessage(turn: Turn, input: Part[]): Item {
  const { threadId, id: turnId, createdAt } = turn;
  const ids = { id: newId(ItemId), threadId, turnId };
  return {
    ...ids,
    type: "userMessage",
    input,
    state: "completed",
    createdAt,
    completedAt: createdAt,
  };
}

/** The user's words on the first line, the agent's report below. */
function commitMessage(input: readonly Part[], title: string, summary: string): string {
  const text = input.find((part) => part.type === "text")?.text.trim() || title;
  const line = text.split("\n")[0] ?? title;
  const subject = line.length > 72 ? `${line.slice(0, 71).trimEnd()}…` : line;
  return summary === "" ? subject : `${subject}\n\n${summary}`;
}
