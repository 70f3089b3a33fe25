import {
  type Automation,
  DaemonError,
  type Finding,
  isEndState,
  type Run,
  type RunId,
  type Thread,
  type ThreadId,
  type Turn,
} from "@heddle/protocol";
import type { Clock } from "../../os/clock.ts";
import { afterDeadline } from "../../os/deadline.ts";
import { openTree } from "../../os/tree-files.ts";
import type { Store } from "../../store/store.ts";
import type { Archiver } from "../archiver.ts";
import type { Boxes } from "../boxes.ts";
import type { Checkouts } from "../checkouts.ts";
import type { Code } from "../code.ts";
import { toFailure } from "../failure.ts";
import { daemonActor, type Journal, type ThreadNotice, type Transaction } from "../journal.ts";
import type { Projects } from "../projects.ts";
import { rows } from "../rows.ts";
import type { Threads } from "../threads.ts";
import type { Turns } from "../turns.ts";
import { dayUse } from "./day-budget.ts";
import { fixText, fixTitle, isFixable } from "./fixes.ts";
import { groundOf } from "./recipe-ground.ts";
import type { RecipeList, ResolvedWork } from "./recipes/list.ts";
import type { Recipe } from "./recipes/recipe.ts";
import type { RunOutcome, RunWorker } from "./run-work.ts";
import type { Scheduler } from "./scheduler.ts";
import { outcomeOfTurn, stateOfTurn } from "./turn-outcome.ts";

export interface ThreadRunsOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly projects: Projects;
  readonly threads: Threads;
  readonly turns: Turns;
  readonly checkouts: Checkouts;
  readonly boxes: Boxes;
  readonly archiver: Archiver;
  readonly code: Pick<Code, "analyze" | "affectedTests">;
  readonly recipes: RecipeList;
  readonly scheduler: Scheduler;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/** What a run does: what its automation is for, or what fixes a finding of it. */
type Assignment =
  | Extract<ResolvedWork, { type: "recipe" }>
  | { readonly type: "prompt"; readonly prompt: string; readonly finding?: Finding };

function fixOf(finding: Finding): Assignment {
  return { type: "prompt", prompt: fixText(finding), finding };
}

/** A stop that leaves the run as it is: the next daemon goes on with it. */
const leftOff = Symbol("left off");

interface AtWork {
  readonly controller: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/** Does runs in threads of their own: a recipe in a box, a prompt as a turn. */
export class ThreadRuns implements RunWorker {
  readonly #options: ThreadRunsOptions;
  readonly #atWork = new Map<RunId, AtWork>();
  readonly #ofThread = new Map<ThreadId, RunId>();
  readonly #waiting = new Map<ThreadId, () => void>();

  constructor(options: ThreadRunsOptions) {
    this.#options = options;
    options.journal.onThreadEvent((notice) => this.#hear(notice));
  }

  /** How long approvals of a run's thread wait; undefined for the threads of people. */
  unattendedMs(threadId: ThreadId): number | undefined {
    return this.#automationOf(threadId)?.options.unattended.deadlineMs;
  }

  begin(run: Run, automation: Automation): void {
    const controller = new AbortController();
    const ended = this.#work(run, automation, controller.signal)
      .then((outcome) => {
        if (outcome) this.#options.scheduler.settle(run.id, outcome);
      })
      .catch((error: unknown) => this.#fail(run, error, controller.signal))
      .finally(() => this.#atWork.delete(run.id));
    this.#atWork.set(run.id, { controller, ended });
  }

  stop(ended: Run): void {
    this.#atWork.get(ended.id)?.controller.abort();
    if (ended.threadId === null) return;
    this.#ofThread.delete(ended.threadId);
    if (ended.turnId !== null) this.#interrupt(ended);
    if (ended.turnId === null || ended.state === "clean") {
      this.#options.archiver.add(ended.threadId);
    }
  }

  /** Threads that a daemon which was killed had no time to put away. */
  putAwayLeft(): void {
    const { store, archiver } = this.#options;
    for (const { id } of store.threads.where({ status: "idle" })) {
      const [run] = store.runs.where({ thread_id: id });
      const isOver = run?.endedAt && (run.turnId === null || run.state === "clean");
      if (isOver) archiver.add(id);
    }
  }

  /** Leaves every run off where it is. */
  async close(): Promise<void> {
    for (const { controller } of this.#atWork.values()) controller.abort(leftOff);
    await Promise.all([...this.#atWork.values()].map(({ ended }) => ended));
  }

  /** The outcome, unless events tell of it later. */
  async #work(
    run: Run,
    automation: Automation,
    signal: AbortSignal,
  ): Promise<RunOutcome | undefined> {
    const { recipes, projects } = this.#options;
    const project = await projects.granted(automation.projectId, "rw");
    const { findingId } = run;
    const work: Assignment = findingId
      ? fixOf(rows.finding(this.#options.store, findingId))
      : await recipes.resolve(automation.work, project);
    const threadId = run.threadId ?? (await this.#startThread(run, automation, work));
    if (threadId === undefined) {
      return { type: "cancelled", reason: "somebody put the finding aside, or works on it" };
    }
    this.#ofThread.set(threadId, run.id);
    if (work.type === "prompt") return this.#follow(run.id);
    return await this.#runRecipe(run, { automation, threadId, recipe: work.recipe, signal });
  }

  async #startThread(
    run: Run,
    automation: Automation,
    work: Assignment,
  ): Promise<ThreadId | undefined> {
    const { store, threads, journal, scheduler } = this.#options;
    const { projectId, name, options } = automation;
    const finding = work.type === "prompt" ? work.finding : undefined;
    const title = finding ? fixTitle(finding) : name;
    const params = { projectId, title, policy: options.policy };
    const branch = run.commit ? { target: run.commit.branch } : {};
    const prepared = await threads.prepare({ ...params, ...branch }, run.commit?.commit);
    return journal.write(daemonActor, (tx) => {
      const found = finding && rows.finding(store, finding.id);
      if (found && !isFixable(found)) return undefined;
      const { id } = threads.create(tx, prepared);
      const turn = work.type === "prompt" ? this.#startTurn(tx, automation, id, work) : undefined;
      scheduler.update(tx, run.id, { threadId: id, turnId: turn?.id ?? null });
      if (found) tx.announce({ type: "findingChanged", finding: { ...found, threadId: id } });
      this.#ofThread.set(id, run.id);
      return id;
    });
  }

  #startTurn(
    tx: Transaction,
    automation: Automation,
    threadId: ThreadId,
    { prompt }: { prompt: string },
  ): Turn {
    const { store, turns } = this.#options;
    const { model, runBudget, timeoutMs } = automation.options;
    const { left } = dayUse(store, automation, tx.now);
    const minutes = Math.min(timeoutMs / 60_000, left.minutes ?? Infinity);
    const budget = {
      ...smaller(runBudget, left),
      minutes: Math.min(minutes, runBudget.minutes ?? Infinity),
    };
    const input = [{ type: "text", text: prompt } as const];
    return turns.start(tx, { threadId, input, budget, ...(model && { model }) });
  }

  /** What became of the turn, also while no daemon ran. */
  #follow(runId: RunId): undefined {
    const { store } = this.#options;
    const run = rows.run(store, runId);
    const turn = run.turnId === null ? undefined : store.turns.find(run.turnId);
    if (turn) this.#hearTurn(turn);
  }

  async #runRecipe(
    run: Run,
    {
      automation,
      threadId,
      recipe,
      signal,
    }: { automation: Automation; threadId: ThreadId; recipe: Recipe; signal: AbortSignal },
  ): Promise<RunOutcome> {
    const { store, checkouts, boxes, projects, code, clock, journal, scheduler } = this.#options;
    const thread = await this.#ready(threadId, signal);
    const checkout = await checkouts.of(thread);
    const project = await projects.granted(thread.projectId, "rw");
    journal.write(daemonActor, (tx) => scheduler.update(tx, run.id, { state: "running" }));
    const limit = this.#limit(run, automation);
    using _ = limit.timer;
    const both = AbortSignal.any([signal, limit.signal]);
    try {
      const lent = store.threads.lent(threadId);
      await using box = await boxes.open({ thread, checkout, lent, access: "rw" });
      using files = openTree(checkout.worktree);
      const facts = () => code.analyze({ threadId });
      const affectedTests = (paths: readonly string[]) => code.affectedTests(threadId, paths);
      const knowledge = { facts, code: { affectedTests } };
      const parts = { store, project, run, thread, checkout, box, files, ...knowledge };
      return await recipe.run(groundOf({ ...parts, now: clock(), signal: both }));
    } catch (error) {
      if (!limit.signal.aborted || signal.aborted) throw error;
      const reason = `it worked for longer than ${automation.options.timeoutMs / 60_000} minutes`;
      return { type: "timedOut", reason };
    }
  }

  #limit(run: Run, { options }: Automation): { signal: AbortSignal; timer: Disposable } {
    const { clock } = this.#options;
    const controller = new AbortController();
    const at = (run.startedAt ?? clock()) + options.timeoutMs;
    const deadline = { clock, at, atMostMs: options.timeoutMs };
    const timer = afterDeadline(deadline, () => controller.abort());
    return { signal: controller.signal, timer };
  }

  /** The thread once it has its worktree. */
  async #ready(threadId: ThreadId, signal: AbortSignal): Promise<Thread> {
    for (;;) {
      signal.throwIfAborted();
      const thread = rows.thread(this.#options.store, threadId);
      if (thread.failure) throw new DaemonError("conflict", thread.failure.message);
      if (thread.worktree !== null) return thread;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.set(threadId, resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
  }

  #fail(run: Run, error: unknown, signal: AbortSignal): void {
    if (signal.reason === leftOff) return;
    const { scheduler, logError } = this.#options;
    if (!(error instanceof DaemonError) && !signal.aborted) logError("a run failed", { error });
    try {
      scheduler.settle(run.id, { type: "failed", failure: toFailure(error) });
    } catch (storing) {
      logError("the outcome of a run could not be stored", { error: storing });
    }
  }

  #hear({ threadId, event }: ThreadNotice): void {
    this.#waiting.get(threadId)?.();
    this.#waiting.delete(threadId);
    if (!this.#ofThread.has(threadId)) return;
    if (event.type === "turnUpdated" || event.type === "turnCompleted") this.#hearTurn(event.turn);
    if (event.type === "approvalResolved" && event.approval.state === "expired") {
      this.#expired(threadId);
    }
  }

  #hearTurn(turn: Turn): void {
    const { scheduler, journal, store } = this.#options;
    const runId = this.#ofThread.get(turn.threadId);
    const run = runId && store.runs.find(runId);
    if (!run || run.turnId !== turn.id) return;
    if (!isEndState(turn.state)) {
      const state = stateOfTurn(turn.state);
      journal.write(daemonActor, (tx) => scheduler.update(tx, run.id, { state }));
      return;
    }
    const automation = store.automations.find(run.automationId);
    if (automation) scheduler.settle(run.id, outcomeOfTurn(turn, automation));
  }

  /** Nobody answered in time. */
  #expired(threadId: ThreadId): void {
    const { scheduler } = this.#options;
    const runId = this.#ofThread.get(threadId);
    if (this.#automationOf(threadId)?.options.unattended.onDeadline !== "stop" || !runId) return;
    scheduler.settle(runId, { type: "timedOut", reason: "nobody answered before the deadline" });
  }

  #interrupt({ turnId }: Run): void {
    const { turns, journal, store } = this.#options;
    const turn = turnId === null ? undefined : store.turns.find(turnId);
    if (turn === undefined || isEndState(turn.state)) return;
    journal.write(daemonActor, (tx) => turns.interrupt(tx, turn.id));
  }

  #automationOf(threadId: ThreadId): Automation | undefined {
    const { store } = this.#options;
    const runId = this.#ofThread.get(threadId);
    const run = runId && store.runs.find(runId);
    return run ? store.automations.find(run.automationId) : undefined;
  }
}

function smaller<Limits extends Record<string, number | undefined>>(a: Limits, b: Limits): Limits {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  const pairs = [...keys].map((key) => [key, Math.min(a[key] ?? Infinity, b[key] ?? Infinity)]);
  return Object.fromEntries(pairs.filter(([, limit]) => Number.isFinite(limit)));
}
