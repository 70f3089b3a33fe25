import { accessSync, constants, statfsSync } from "node:fs";
import { DaemonError, type StorageStatus } from "@heddle/protocol";
import { isDamage, isStorageFault } from "../store/database.ts";
import { storeAgainMs } from "./store-again.ts";

/** Below it no work begins: what runs needs some space for coming to its end. */
const reserveBytes = 32 * 1024 ** 2;

/** What begins work, and so takes space. The rest is refused only when nothing can be stored. */
const beginsWork = new Set(["turn/start", "turn/steer", "thread/start", "thread/land"]);

export interface StorageOptions {
  /** The directory in which everything lies. */
  readonly state: string;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

export type StorageHealth = Pick<StorageStatus, "state" | "advice" | "freeBytes">;

/** Whether what is accepted could be kept: watches the disk and every error of the database. */
export class Storage implements Disposable {
  readonly #options: StorageOptions;
  readonly #listeners = new Set<(damage: string) => void>();
  #damage: string | undefined;
  #again: NodeJS.Timeout | undefined;
  #pending = false;
  #ended = false;

  constructor(options: StorageOptions) {
    this.#options = options;
  }

  /** Runs once, when the database is found to be damaged. */
  onDamage(listener: (damage: string) => void): void {
    this.#listeners.add(listener);
    if (this.#damage !== undefined) listener(this.#damage);
  }

  /** What is read in the database, or `otherwise` where that is damaged. */
  read<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.notice(error);
      return otherwise;
    }
  }

  /** Takes any error there is, for the sake of the few that tell of damage. */
  notice(error: unknown): void {
    if (isDamage(error)) this.damageFound(error.message);
  }

  damageFound(damage: string): void {
    if (this.#damage !== undefined) return;
    this.#damage = damage;
    this.#options.logError("the database is damaged", { damage });
    for (const listener of this.#listeners) listener(damage);
  }

  /**
   * Does work that can be done again, and comes before all other. Where the disk takes nothing, this
   * settles all the same; the work is tried again until it is done, and calls are refused meanwhile.
   */
  async attempt(work: () => Promise<void>): Promise<void> {
    this.#pending = true;
    try {
      await work();
      this.#pending = false;
    } catch (error) {
      if (!isStorageFault(error)) throw error;
      this.#options.logError("nothing can be stored; trying again", { error });
      if (!this.#ended) this.#again = setTimeout(() => void this.#attemptAgain(work), storeAgainMs);
    }
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    clearTimeout(this.#again);
  }

  async #attemptAgain(work: () => Promise<void>): Promise<void> {
    await this.attempt(work).catch((error: unknown) =>
      this.#options.logError("what could not be stored failed", { error }),
    );
  }

  /** Throws `storageFull` or `storageDamaged` for a call whose work could not be kept. */
  refuse(method: string): void {
    if (this.#pending && method !== "daemon/stop") throw notTakenUp(this.#options.state);
    if (this.#damage === undefined && !beginsWork.has(method)) return;
    const { state, advice } = this.health();
    if (state === "ok" || advice === null) return;
    const kind = state === "damaged" ? "storageDamaged" : "storageFull";
    throw new DaemonError(kind, advice, { state, directory: this.#options.state });
  }

  /** Whether work that failed, failed for want of a disk to store it on. */
  isStarved(error?: unknown): boolean {
    return isStorageFault(error) || !["ok", "damaged"].includes(this.health().state);
  }

  /** How things are at this moment: nothing is remembered but damage. */
  health(): StorageHealth {
    const directory = this.#options.state;
    const { bavail, bsize } = statfsSync(directory);
    const freeBytes = bavail * bsize;
    if (this.#damage !== undefined) {
      const advice = `the database is damaged (${this.#damage}); \`heddle daemon restart\` restores the last backup`;
      return { state: "damaged", advice, freeBytes };
    }
    if (!isWritable(directory)) {
      const advice = `${directory} is on a file system that is read-only; mount it for writing`;
      return { state: "readOnly", advice, freeBytes };
    }
    if (freeBytes >= reserveBytes) return { state: "ok", advice: null, freeBytes };
    const mebibytes = (bytes: number) => `${Math.floor(bytes / 1024 ** 2)} MiB`;
    const advice = `the disk is full: ${mebibytes(freeBytes)} are free at ${directory}, work begins again with ${mebibytes(reserveBytes)}; free some space`;
    return { state: "full", advice, freeBytes };
  }
}

function notTakenUp(directory: string): DaemonError {
  const message =
    "what an earlier daemon left is not taken up yet, because nothing could be stored; free some space and try again";
  return new DaemonError("storageFull", message, { directory });
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
