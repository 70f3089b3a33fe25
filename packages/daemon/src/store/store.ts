import {
  Approval,
  Comment,
  Grant,
  Landing,
  McpServer,
  Plan,
  Project,
  type ProjectId,
  Review,
  Task,
  Thread,
  type ThreadId,
} from "@heddle/protocol";
import * as z from "zod";
import { AutomationTable, BranchTipTable, RunTable } from "./automation-tables.ts";
import type { Database } from "./database.ts";
import { DocumentTable } from "./document-table.ts";
import { EventLog } from "./event-log.ts";
import { FindingTable } from "./finding-table.ts";
import { HistoryTable } from "./history-table.ts";
import { ItemTable } from "./item-table.ts";
import { CapabilitiesTable, PatchingTable } from "./model-tables.ts";
import { MutationTable } from "./mutation-table.ts";
import { ConsentTable, PolicyGroundTable, PolicyTable } from "./policy-tables.ts";
import { RestorationTable } from "./restoration-table.ts";
import { SearchTable } from "./search-table.ts";
import { CheckpointTable, EffectTable, TurnTable } from "./turn-tables.ts";
import { ModelRequestTable, WorkTable } from "./usage-tables.ts";

export interface Durability {
  /** Whether the disk has it when the write returns; true by default, as for all that is acknowledged. */
  readonly flushed?: boolean;
}

/** All tables of the database. Every method is synchronous; never await inside a transaction. */
export class Store {
  readonly #db: Database;
  readonly #failed: (error: unknown) => void;
  readonly #changes;
  readonly #lastIds;
  readonly projects: ProjectTable;
  readonly grants: DocumentTable<Grant, "project_id" | "thread_id">;
  readonly tasks: DocumentTable<Task, "project_id" | "state">;
  readonly threads: ThreadTable;
  readonly turns: TurnTable;
  readonly items: ItemTable;
  readonly approvals: DocumentTable<Approval, "thread_id" | "turn_id" | "state">;
  readonly landings: DocumentTable<Landing, "thread_id" | "state">;
  readonly plans: DocumentTable<Plan, "thread_id" | "state">;
  readonly reviews: DocumentTable<Review, "project_id" | "thread_id" | "state">;
  readonly comments: DocumentTable<Comment, "thread_id" | "state">;
  readonly mcpServers: DocumentTable<McpServer, "project_id" | "name">;
  readonly events: EventLog;
  readonly mutations: MutationTable;
  readonly history: HistoryTable;
  readonly effects: EffectTable;
  readonly checkpoints: CheckpointTable;
  readonly modelRequests: ModelRequestTable;
  readonly capabilities: CapabilitiesTable;
  readonly patching: PatchingTable;
  readonly work: WorkTable;
  readonly policies: PolicyTable;
  readonly policyGround: PolicyGroundTable;
  readonly consents: ConsentTable;
  readonly restorations: RestorationTable;
  readonly automations: AutomationTable;
  readonly runs: RunTable;
  readonly findings: FindingTable;
  readonly branchTips: BranchTipTable;
  readonly search: SearchTable;

  /** `failed` hears why a transaction was not stored. */
  constructor(db: Database, failed: (error: unknown) => void = () => {}) {
    this.#db = db;
    this.#failed = failed;
    this.projects = new ProjectTable(db);
    this.grants = new DocumentTable(db, "project_grant", Grant);
    this.tasks = new DocumentTable(db, "task", Task);
    this.threads = new ThreadTable(db);
    this.turns = new TurnTable(db);
    this.items = new ItemTable(db);
    this.approvals = new DocumentTable(db, "approval", Approval);
    this.landings = new DocumentTable(db, "landing", Landing);
    this.plans = new DocumentTable(db, "plan", Plan);
    this.reviews = new DocumentTable(db, "review", Review);
    this.comments = new DocumentTable(db, "comment", Comment);
    this.mcpServers = new DocumentTable(db, "mcp_server", McpServer);
    this.events = new EventLog(db);
    this.mutations = new MutationTable(db);
    this.history = new HistoryTable(db);
    this.effects = new EffectTable(db);
    this.checkpoints = new CheckpointTable(db);
    this.modelRequests = new ModelRequestTable(db);
    this.capabilities = new CapabilitiesTable(db);
    this.patching = new PatchingTable(db);
    this.work = new WorkTable(db);
    this.policies = new PolicyTable(db);
    this.policyGround = new PolicyGroundTable(db);
    this.consents = new ConsentTable(db);
    this.restorations = new RestorationTable(db);
    this.automations = new AutomationTable(db);
    this.runs = new RunTable(db);
    this.findings = new FindingTable(db);
    this.branchTips = new BranchTipTable(db);
    this.search = new SearchTable(db);
    const further = [
      "landing",
      "plan",
      "review",
      "comment",
      "automation",
      "run",
      "finding",
      "mcp_server",
    ];
    const tables = ["project", "project_grant", "task", "thread", "turn", "item", "approval"];
    const last = [...tables, ...further].map((table) => `SELECT max(id) FROM ${table}`);
    this.#lastIds = db.prepare<[], string | null>(last.join(" UNION ALL ")).pluck();
    this.#changes = db.prepare<[], number>("SELECT total_changes()").pluck();
  }

  /** The newest id of each kind, as ids sort. */
  lastIds(): string[] {
    return this.#lastIds.all().filter((id) => id !== null);
  }

  /** Grows with every row that this process writes. */
  changes(): number {
    return this.#changes.get() ?? 0;
  }

  /**
   * All writes of `write` stand or fall together; inside another transaction they join it. One that
   * is not `flushed` survives the end of this process, but a power cut only once a later one is.
   */
  transaction<T>(write: () => T, { flushed = true }: Durability = {}): T {
    if (this.#db.inTransaction) return write();
    try {
      if (!flushed) this.#db.exec("PRAGMA synchronous = NORMAL");
      return this.#db.transaction(write).immediate();
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      // Whatever is written without a transaction is flushed.
      if (!flushed) this.#db.exec("PRAGMA synchronous = FULL");
    }
  }
}

/** Projects, with the hash of the settings file that the user trusted last. */
export class ProjectTable extends DocumentTable<Project, "path"> {
  readonly #trustedHash;
  readonly #trust;

  constructor(db: Database) {
    super(db, "project", Project);
    this.#trustedHash = db
      .prepare<[string], string | null>("SELECT trusted_hash FROM project WHERE id = ?")
      .pluck();
    this.#trust = db.prepare<[string, string]>("UPDATE project SET trusted_hash = ? WHERE id = ?");
  }

  trustedHash(projectId: ProjectId): string | undefined {
    return this.#trustedHash.get(projectId) ?? undefined;
  }

  trust(projectId: ProjectId, hash: string): void {
    this.#trust.run(hash, projectId);
  }
}

/** Threads, with the user's folders that were lent to their worktrees. */
export class ThreadTable extends DocumentTable<Thread, "project_id" | "task_id" | "status"> {
  readonly #lent;
  readonly #setLent;
  readonly #byStatus;
  readonly #unverified;

  constructor(db: Database) {
    super(db, "thread", Thread);
    this.#byStatus = db.prepare<[], { status: string; count: number }>(
      "SELECT status, count(*) AS count FROM thread WHERE status <> 'archived' GROUP BY status",
    );
    this.#unverified = db
      .prepare<[], number>(
        "SELECT count(*) FROM thread WHERE status = 'idle' AND body ->> 'lastTurn' = 'doneUnverified'",
      )
      .pluck();
    this.#lent = db.prepare<[string], string>("SELECT lent FROM thread WHERE id = ?").pluck();
    this.#setLent = db.prepare<[string, string]>("UPDATE thread SET lent = ? WHERE id = ?");
  }

  /** How many threads rest after a turn that ended without proof. */
  countUnverified(): number {
    return this.#unverified.get() ?? 0;
  }

  /** How many threads have each status, archived ones left out. */
  countByStatus(): Record<string, number> {
    return Object.fromEntries(this.#byStatus.all().map(({ status, count }) => [status, count]));
  }

  lent(threadId: ThreadId): string[] {
    return z.array(z.string()).parse(JSON.parse(this.#lent.get(threadId) ?? "[]"));
  }

  setLent(threadId: ThreadId, folders: readonly string[]): void {
    this.#setLent.run(JSON.stringify(folders), threadId);
  }
}
