import type { Clock } from "../os/clock.ts";
import { type Backup, listBackups } from "../store/backups.ts";
import type { StorePlaces } from "../store/restore.ts";
import { runInWorker } from "../store/run-in-worker.ts";
import { runTask, type StoreTask, type TaskResult } from "../store/tasks.ts";

export interface BackupScheduleOptions {
  readonly places: Pick<StorePlaces, "database" | "backups">;
  readonly clock: Clock;
  readonly everyMs: number;
  /** Grows with every change that is stored. */
  readonly changes: () => number;
  readonly damageFound: (damage: string) => void;
  readonly log: {
    info(message: string, details: Record<string, unknown>): void;
    error(message: string, details: Record<string, unknown>): void;
  };
}

/** A daemon that starts has better things to do first. */
const firstAfterMs = 60_000;

/**
 * Makes verified backups of what has changed, every so often in a worker, and at a clean stop. One
 * that fails is logged and tried again with the next one; nothing else notices.
 */
export class BackupSchedule implements AsyncDisposable {
  readonly #options: BackupScheduleOptions;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #last: Backup | undefined;
  #changesThen: number | undefined;
  #failure: string | undefined;
  #ended = false;

  constructor(options: BackupScheduleOptions) {
    this.#options = options;
    this.#last = listBackups(options.places.backups).at(-1);
  }

  /** Begins to make backups, soon if the last one is old. With `check` the file is checked now. */
  begin({ check }: { check: boolean }): void {
    const { clock, everyMs, places } = this.#options;
    if (check) void this.#work({ type: "check", database: places.database });
    const dueInMs = this.#last ? this.#last.at + everyMs - clock() : everyMs;
    // Never longer than the interval, also where the clock was turned back.
    this.#waitFor(Math.min(Math.max(dueInMs, firstAfterMs), everyMs));
  }

  status(): { lastBackupAt: number | null; backupFailure: string | null } {
    return { lastBackupAt: this.#last?.at ?? null, backupFailure: this.#failure ?? null };
  }

  /** Makes the last one if it is due, with nobody left who could be kept waiting by it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#working;
    if (this.#isOld() && this.#hasChanged()) this.#settle(runTask(this.#task()));
  }

  #isOld(): boolean {
    const { clock, everyMs } = this.#options;
    const ageMs = clock() - (this.#last?.at ?? 0);
    return ageMs < 0 || ageMs >= everyMs;
  }

  #waitFor(ms: number): void {
    if (this.#ended) return;
    const run = async () => {
      if (this.#hasChanged()) await this.#backUp();
      this.#waitFor(this.#options.everyMs);
    };
    this.#timer = setTimeout(() => void run(), ms).unref();
  }

  async #backUp(): Promise<void> {
    const changes = this.#options.changes();
    const { type } = await this.#work(this.#task());
    if (type === "done") this.#changesThen = changes;
  }

  #hasChanged(): boolean {
    return this.#options.changes() !== this.#changesThen;
  }

  #task(): StoreTask {
    const { places, clock } = this.#options;
    const { database, backups: directory } = places;
    return { type: "backup", database, directory, at: clock() };
  }

  /** Never rejects. */
  async #work(task: StoreTask): Promise<TaskResult> {
    const work = runInWorker(task).catch(
      (error: Error): TaskResult => ({ type: "failed", reason: error.message }),
    );
    this.#working = Promise.all([this.#working, work]).then(() => {});
    const result = await work;
    this.#settle(result);
    return result;
  }

  #settle(result: TaskResult): void {
    const { log, damageFound } = this.#options;
    this.#failure = result.type === "failed" ? result.reason : undefined;
    if (result.type === "damaged") damageFound(result.damage);
    if (result.type === "failed") log.error("no backup was made", { reason: result.reason });
    if (result.type !== "done" || result.backup === undefined) return;
    this.#last = result.backup;
    log.info("backed up", { path: result.backup.path });
  }
}
