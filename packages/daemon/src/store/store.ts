import {
  Approval,
  Grant,
  Landing,
  Project,
  type ProjectId,
  ProjectSettings,
  Task,
  Thread,
  Turn,
} from "@heddle/protocol";
import type { Database } from "./database.ts";
import { DocumentTable } from "./document-table.ts";
import { EventLog } from "./event-log.ts";
import { ItemTable } from "./item-table.ts";
import { MutationTable } from "./mutation-table.ts";
import { ConsentTable, PolicyTable } from "./policy-tables.ts";
import { CheckpointTable, HistoryTable, ModelRequestTable } from "./turn-tables.ts";

/** All tables of the database. Every method is synchronous; never await inside a transaction. */
export class Store {
  readonly #db: Database;
  readonly projects: ProjectTable;
  readonly grants: DocumentTable<Grant, "project_id" | "thread_id">;
  readonly tasks: DocumentTable<Task, "project_id" | "state">;
  readonly threads: DocumentTable<Thread, "project_id" | "task_id" | "status">;
  readonly turns: DocumentTable<Turn, "thread_id" | "state">;
  readonly items: ItemTable;
  readonly approvals: DocumentTable<Approval, "thread_id" | "turn_id" | "state">;
  readonly landings: DocumentTable<Landing, "thread_id" | "state">;
  readonly events: EventLog;
  readonly mutations: MutationTable;
  readonly history: HistoryTable;
  readonly checkpoints: CheckpointTable;
  readonly modelRequests: ModelRequestTable;
  readonly policies: PolicyTable;
  readonly consents: ConsentTable;

  constructor(db: Database) {
    this.#db = db;
    this.projects = new ProjectTable(db);
    this.grants = new DocumentTable(db, "project_grant", Grant);
    this.tasks = new DocumentTable(db, "task", Task);
    this.threads = new DocumentTable(db, "thread", Thread);
    this.turns = new DocumentTable(db, "turn", Turn);
    this.items = new ItemTable(db);
    this.approvals = new DocumentTable(db, "approval", Approval);
    this.landings = new DocumentTable(db, "landing", Landing);
    this.events = new EventLog(db);
    this.mutations = new MutationTable(db);
    this.history = new HistoryTable(db);
    this.checkpoints = new CheckpointTable(db);
    this.modelRequests = new ModelRequestTable(db);
    this.policies = new PolicyTable(db);
    this.consents = new ConsentTable(db);
  }

  /** All writes of `write` stand or fall together; inside another transaction they join it. */
  transaction<T>(write: () => T): T {
    return this.#db.inTransaction ? write() : this.#db.transaction(write).immediate();
  }
}

/** Projects; the settings that the user gave are kept apart from those of a trusted file. */
export class ProjectTable extends DocumentTable<Project, "path"> {
  readonly #ownSettings;
  readonly #setOwnSettings;
  readonly #trustedHash;
  readonly #setTrustedHash;

  constructor(db: Database) {
    super(db, "project", Project);
    this.#ownSettings = db
      .prepare<[string], string>("SELECT own_settings FROM project WHERE id = ?")
      .pluck();
    this.#setOwnSettings = db.prepare<[string, string]>(
      "UPDATE project SET own_settings = ? WHERE id = ?",
    );
    this.#trustedHash = db
      .prepare<[string], string | null>("SELECT trusted_hash FROM project WHERE id = ?")
      .pluck();
    this.#setTrustedHash = db.prepare<[string, string]>(
      "UPDATE project SET trusted_hash = ? WHERE id = ?",
    );
  }

  ownSettings(projectId: ProjectId): ProjectSettings {
    return ProjectSettings.parse(JSON.parse(this.#ownSettings.get(projectId) ?? "{}"));
  }

  setOwnSettings(projectId: ProjectId, settings: ProjectSettings): void {
    this.#setOwnSettings.run(JSON.stringify(settings), projectId);
  }

  /** The hash of the settings file that the user trusted last. */
  trustedHash(projectId: ProjectId): string | undefined {
    return this.#trustedHash.get(projectId) ?? undefined;
  }

  setTrustedHash(projectId: ProjectId, hash: string): void {
    this.#setTrustedHash.run(hash, projectId);
  }
}
