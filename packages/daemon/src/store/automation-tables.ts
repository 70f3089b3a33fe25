import { Automation, openRunStates, Run } from "@heddle/protocol";
import type { Database } from "./database.ts";
import { DocumentTable } from "./document-table.ts";

const quoted = (states: readonly string[]) => states.map((state) => `'${state}'`).join(", ");
const open = quoted(openRunStates);
const started = quoted(openRunStates.filter((state) => state !== "claimed"));

/** Automations, found by when they come next. */
export class AutomationTable extends DocumentTable<Automation, "project_id" | "trigger"> {
  readonly #due;
  readonly #nextDue;
  readonly #hasWork;
  readonly #dueLater;
  readonly #removeRuns;
  readonly #sweptAt;
  readonly #sweep;

  constructor(db: Database) {
    super(db, "automation", Automation);
    this.#due = db
      .prepare<[number, number], string>(
        "SELECT body FROM automation WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
      )
      .pluck();
    this.#nextDue = db
      .prepare<[], number>("SELECT min(due_at) FROM automation WHERE due_at IS NOT NULL")
      .pluck();
    this.#hasWork = db
      .prepare<[number, number], number>(
        `SELECT EXISTS (SELECT 1 FROM automation WHERE due_at <= ?)
             OR EXISTS (SELECT 1 FROM sweep WHERE at > ?)`,
      )
      .pluck();
    this.#dueLater = db
      .prepare<[number, string, number], string>(
        "SELECT body FROM automation WHERE due_at > ? AND id > ? ORDER BY id LIMIT ?",
      )
      .pluck();
    this.#removeRuns = db.prepare<[string]>("DELETE FROM run WHERE automation_id = ?");
    this.#sweptAt = db.prepare<[], number>("SELECT at FROM sweep").pluck();
    this.#sweep = db.prepare<[number]>("INSERT OR REPLACE INTO sweep (one, at) VALUES (1, ?)");
  }

  /** Those that were due by a moment, the longest due first. */
  due(now: number, limit: number): Automation[] {
    return this.#due.all(now, limit).map(parseAutomation);
  }

  /** Whether some are due by a moment, or were looked at after a later one: mostly neither. */
  hasWork(now: number, later: number): boolean {
    return this.#hasWork.get(now, later) === 1;
  }

  /** Those that come next, the soonest first. */
  soonest(limit: number): Automation[] {
    return this.#due.all(Number.MAX_SAFE_INTEGER, limit).map(parseAutomation);
  }

  nextDue(): number | undefined {
    return this.#nextDue.get() ?? undefined;
  }

  /** Those that are due after a moment, by id, after an id. */
  dueAfter(at: number, afterId: string, limit: number): Automation[] {
    return this.#dueLater.all(at, afterId, limit).map(parseAutomation);
  }

  removeWithRuns(id: string): void {
    this.#removeRuns.run(id);
    this.remove(id);
  }

  /** When the schedules were looked at last. */
  sweptAt(): number | undefined {
    return this.#sweptAt.get();
  }

  swept(at: number): void {
    this.#sweep.run(at);
  }
}

const parseAutomation = (body: string): Automation => Automation.parse(JSON.parse(body));
const parseRun = (body: string): Run => Run.parse(JSON.parse(body));

type RunColumn = "automation_id" | "project_id" | "state" | "thread_id" | "trigger" | "slot";

/** Runs; there is one for each slot of each automation. */
export class RunTable extends DocumentTable<Run, RunColumn> {
  readonly #ofSlot;
  readonly #open;
  readonly #looking;
  readonly #ready;
  readonly #countStarted;
  readonly #old;
  readonly #spentOn;

  constructor(db: Database) {
    super(db, "run", Run);
    this.#ofSlot = db
      .prepare<[string, string, string], string>(
        "SELECT body FROM run WHERE automation_id = ? AND trigger = ? AND slot = ?",
      )
      .pluck();
    this.#open = db
      .prepare<[string], string>(
        `SELECT body FROM run WHERE automation_id = ? AND state IN (${open}) ORDER BY id`,
      )
      .pluck();
    this.#looking = db
      .prepare<[string], string>(
        `SELECT body FROM run
         WHERE automation_id = ? AND state IN (${open}) AND trigger <> 'fix' ORDER BY id`,
      )
      .pluck();
    this.#ready = db
      .prepare<[number], string>(
        `SELECT body FROM run WHERE state = 'claimed' AND CASE trigger WHEN 'fix' THEN
           (SELECT count(*) FROM run other
             WHERE other.trigger = 'fix' AND other.state IN ('provisioning', 'running')) < ?
         ELSE
           NOT EXISTS (SELECT 1 FROM run other
             WHERE other.automation_id = run.automation_id AND other.state IN (${started})
               AND other.trigger <> 'fix')
           OR (SELECT body ->> '$.options.overlap' FROM automation WHERE id = run.automation_id) = 'allow'
         END ORDER BY trigger = 'fix', id LIMIT 1`,
      )
      .pluck();
    this.#countStarted = db
      .prepare<[], number>("SELECT count(*) FROM run WHERE state IN ('provisioning', 'running')")
      .pluck();
    this.#old = db
      .prepare<[string, number], string>(
        `SELECT id FROM run WHERE automation_id = ? AND state NOT IN (${open})
         ORDER BY id DESC LIMIT -1 OFFSET ?`,
      )
      .pluck();
    this.#spentOn = db
      .prepare<[string, number], string>(
        `SELECT thread_id FROM run
         WHERE automation_id = ? AND thread_id IS NOT NULL AND body ->> 'startedAt' >= ?`,
      )
      .pluck();
  }

  /** The run of a slot, if it was claimed before. */
  ofSlot(automationId: string, trigger: Run["trigger"], slot: string): Run | undefined {
    const body = this.#ofSlot.get(automationId, trigger, slot);
    return body === undefined ? undefined : parseRun(body);
  }

  /** Those of one automation that have no outcome yet, oldest first. */
  openOf(automationId: string): Run[] {
    return this.#open.all(automationId).map(parseRun);
  }

  /** The same but for those that fix what others have found. */
  lookingOf(automationId: string): Run[] {
    return this.#looking.all(automationId).map(parseRun);
  }

  /** All that have no outcome yet, oldest first. */
  open(): Run[] {
    return this.where({ state: openRunStates });
  }

  /**
   * The oldest claimed run that no other run of its automation keeps from beginning. Fixes come after
   * those that look, and only so many are at work at once.
   */
  nextReady(maxFixes: number): Run | undefined {
    const body = this.#ready.get(maxFixes);
    return body === undefined ? undefined : parseRun(body);
  }

  /** How many runs are at work; one that waits for an answer is not. */
  countStarted(): number {
    return this.#countStarted.get() ?? 0;
  }

  /** The ended runs of an automation but for the newest so many. */
  beyond(automationId: string, kept: number): string[] {
    return this.#old.all(automationId, kept);
  }

  /** The threads of the runs that began since a moment. */
  threadsSince(automationId: string, since: number): string[] {
    return this.#spentOn.all(automationId, since);
  }
}

/** The commits of branches, as an automation has dealt with them. They go with the automation. */
export class BranchTipTable {
  readonly #all;
  readonly #put;
  readonly #remove;

  constructor(db: Database) {
    this.#all = db.prepare<[string], { branch: string; commit: string }>(
      "SELECT branch, commit_hash AS 'commit' FROM branch_tip WHERE automation_id = ?",
    );
    this.#put = db.prepare<[string, string, string]>(
      "INSERT OR REPLACE INTO branch_tip (automation_id, branch, commit_hash) VALUES (?, ?, ?)",
    );
    this.#remove = db.prepare<[string, string]>(
      "DELETE FROM branch_tip WHERE automation_id = ? AND branch = ?",
    );
  }

  of(automationId: string): ReadonlyMap<string, string> {
    return new Map(this.#all.all(automationId).map(({ branch, commit }) => [branch, commit]));
  }

  put(automationId: string, branch: string, commit: string): void {
    this.#put.run(automationId, branch, commit);
  }

  remove(automationId: string, branch: string): void {
    this.#remove.run(automationId, branch);
  }
}
