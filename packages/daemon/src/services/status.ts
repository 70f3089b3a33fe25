import { type DaemonStatus, protocolVersion, type StorageStatus } from "@heddle/protocol";
import type { HeddlePaths } from "@heddle/protocol/node";
import type { Clock } from "../os/clock.ts";
import { residentBytes } from "../os/process.ts";
import type { Store } from "../store/store.ts";
import type { BackupSchedule } from "./backup-schedule.ts";
import type { Storage } from "./storage.ts";

export interface StatusOptions {
  readonly store: Store;
  readonly storage: Storage;
  readonly backups: BackupSchedule;
  readonly clock: Clock;
  readonly paths: HeddlePaths;
  readonly version: string;
  readonly mainModel: () => string;
}

/** How long the notice of a restored database is shown to those who do not acknowledge it. */
const restorationShownMs = 7 * 24 * 3_600_000;

/** What the daemon says of itself, also where its database can no longer be read. */
export class Status {
  readonly #options: StatusOptions;
  readonly #startedAt: number;

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#startedAt = options.clock();
  }

  daemon(): DaemonStatus {
    const { store, storage, paths, version, mainModel } = this.#options;
    return {
      version,
      protocolVersion,
      pid: process.pid,
      startedAt: this.#startedAt,
      socket: paths.socket,
      configPath: paths.config,
      statePath: paths.state,
      mainModel: mainModel(),
      projects: storage.read(() => store.projects.count({}), 0),
      threads: storage.read(() => store.threads.countByStatus(), {}),
      unverified: storage.read(() => store.threads.countUnverified(), 0),
      approvals: storage.read(() => store.approvals.count({ state: "pending" }), 0),
      memoryBytes: residentBytes(),
      storage: this.storage(),
    };
  }

  storage(): StorageStatus {
    const { store, storage, backups, clock } = this.#options;
    const unread = () => store.restorations.unread(clock() - restorationShownMs) ?? null;
    const restoration = storage.read(unread, null);
    return { ...storage.health(), ...backups.status(), restoration };
  }
}
