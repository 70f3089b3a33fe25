import {
  type BudgetLevel,
  type DaemonStatus,
  messageOf,
  protocolVersion,
  type StorageStatus,
  usualPolicy,
} from "@heddle/protocol";
import type { HeddlePaths } from "@heddle/protocol/node";
import type { Clock } from "../os/clock.ts";
import { residentBytes } from "../os/process.ts";
import type { BoxProof } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import type { BackupSchedule } from "./backup-schedule.ts";
import { dayOf } from "./budgets.ts";
import type { Storage } from "./storage.ts";

export interface StatusOptions {
  readonly store: Store;
  readonly storage: Storage;
  readonly backups: BackupSchedule;
  readonly clock: Clock;
  readonly paths: HeddlePaths;
  readonly version: string;
  readonly mainModel: () => string;
  /** How full the contexts of the last threads are. */
  readonly contexts: () => DaemonStatus["contexts"];
  /** The budgets of the day, as far as they are used up. */
  readonly budgets: () => BudgetLevel[];
  /** The rules for all projects, in words. */
  readonly policy: () => string[];
  /** Proves the box, once a process. */
  readonly prove: () => Promise<readonly BoxProof[]>;
}

/** How long the notice of a restored database is shown to those who do not acknowledge it. */
const restorationShownMs = 7 * 24 * 3_600_000;

const nextShown = 3;

/** What the daemon says of itself, also where its database can no longer be read. */
export class Status {
  readonly #options: StatusOptions;
  readonly #startedAt: number;
  #proving: Promise<void> | undefined;
  #boxState: DaemonStatus["box"] = { state: "unproven", detail: "it is being proven" };

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
      today: storage.read(() => this.#today(), { inputTokens: 0, outputTokens: 0, costUsd: 0 }),
      contexts: storage.read(() => this.#options.contexts(), []),
      budgets: storage.read(() => this.#options.budgets(), []),
      preset: usualPolicy,
      policy: storage.read(() => this.#options.policy(), []),
      mcp: storage.read(() => this.#mcp(), { servers: 0, waiting: 0 }),
      automations: storage.read(() => this.#automations(), { next: [], unread: 0 }),
      box: this.#box(),
      storage: this.storage(),
    };
  }

  #today(): DaemonStatus["today"] {
    const { store, clock } = this.#options;
    const usage = store.modelRequests.usage({ since: dayOf(clock()) });
    return {
      inputTokens: usage.reduce((sum, row) => sum + row.inputTokens, 0),
      outputTokens: usage.reduce((sum, row) => sum + row.outputTokens, 0),
      costUsd: usage.reduce((sum, row) => sum + row.costUsd, 0),
    };
  }

  #mcp(): DaemonStatus["mcp"] {
    const servers = this.#options.store.mcpServers.where({});
    const waiting = servers.reduce((sum, server) => sum + server.waiting.length, 0);
    return { servers: servers.length, waiting };
  }

  #automations(): DaemonStatus["automations"] {
    const { store } = this.#options;
    const next = store.automations
      .soonest(nextShown)
      .flatMap(({ name, nextRunAt: at }) => (at === null ? [] : [{ name, at }]));
    return { next, unread: store.findings.count({ inbox: "unread" }) };
  }

  /** Nobody waits for the proof: whoever asks first sets it going. */
  #box(): DaemonStatus["box"] {
    this.#proving ??= this.#options.prove().then(
      (proofs) => this.#proven(proofs.find(({ passed }) => !passed)?.detail),
      (error: unknown) => this.#proven(messageOf(error)),
    );
    return this.#boxState;
  }

  #proven(flaw: string | undefined): void {
    this.#boxState =
      flaw === undefined
        ? { state: "tight", detail: "every canary was kept in" }
        : { state: "broken", detail: flaw };
  }

  storage(): StorageStatus {
    const { store, storage, backups, clock } = this.#options;
    const unread = () => store.restorations.unread(clock() - restorationShownMs) ?? null;
    const restoration = storage.read(unread, null);
    return { ...storage.health(), ...backups.status(), restoration };
  }
}
