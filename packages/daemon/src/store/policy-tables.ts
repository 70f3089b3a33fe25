import type { Policy, PolicyScope } from "@heddle/protocol";
import type { Database } from "./database.ts";

/** One version of a rule list; `rules` is text that may be damaged. */
export interface PolicyVersion {
  readonly version: number;
  readonly rules: string;
  readonly actor: string;
  readonly at: number;
}

/** Rule lists by scope, each change a new version. */
export class PolicyTable {
  readonly #insert;
  readonly #newest;
  readonly #before;

  constructor(db: Database) {
    this.#insert = db.prepare<[string, number, string, string, number]>(
      "INSERT INTO policy (name, version, rules, actor, at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#newest = db.prepare<[string], PolicyVersion>(
      "SELECT version, rules, actor, at FROM policy WHERE name = ? ORDER BY version DESC LIMIT 1",
    );
    this.#before = db.prepare<[string, number, number], PolicyVersion>(
      `SELECT version, rules, actor, at FROM policy WHERE name = ? AND version < ?
       ORDER BY version DESC LIMIT ?`,
    );
  }

  add({ scope, version, rules, setBy, setAt }: Policy): void {
    const json = JSON.stringify(rules.map(({ rule }) => rule));
    this.#insert.run(nameOf(scope), version, json, JSON.stringify(setBy), setAt ?? 0);
  }

  newest(scope: PolicyScope): PolicyVersion | undefined {
    return this.#newest.get(nameOf(scope));
  }

  /** Versions older than one, the newest of them first. */
  before(scope: PolicyScope, version: number, limit: number): PolicyVersion[] {
    return this.#before.all(nameOf(scope), version, limit);
  }
}

function nameOf(scope: PolicyScope): string {
  switch (scope.type) {
    case "global":
      return "global";
    case "project":
      return `project/${scope.projectId}`;
    case "thread":
      return `thread/${scope.threadId}`;
    case "automation":
      return `automation/${scope.automationId}`;
  }
}

/** What rules that count are measured from, in one thread. */
export interface PolicyGround {
  readonly threadId: string;
  readonly baseCommit: string;
  /** Null before anything was approved on this base. */
  readonly approvedTree: string | null;
  readonly spentUsd: number;
  /** The turn whose effect is measured, and the tree before that effect. */
  readonly turnId: string | null;
  readonly beforeTree: string | null;
}

export class PolicyGroundTable {
  readonly #put;
  readonly #find;

  constructor(db: Database) {
    this.#put = db.prepare<[PolicyGround]>(
      `INSERT OR REPLACE INTO policy_ground
         (thread_id, base_commit, approved_tree, spent_usd, turn_id, before_tree)
       VALUES (@threadId, @baseCommit, @approvedTree, @spentUsd, @turnId, @beforeTree)`,
    );
    this.#find = db.prepare<[string], PolicyGround>(
      `SELECT thread_id AS threadId, base_commit AS baseCommit, approved_tree AS approvedTree,
         spent_usd AS spentUsd, turn_id AS turnId, before_tree AS beforeTree
       FROM policy_ground WHERE thread_id = ?`,
    );
  }

  put(ground: PolicyGround): void {
    this.#put.run(ground);
  }

  find(threadId: string): PolicyGround | undefined {
    return this.#find.get(threadId);
  }
}

/** Consent that holds for one exact subject in one thread. */
export class ConsentTable {
  readonly #insert;
  readonly #find;

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string, string, number]>(
      "INSERT OR IGNORE INTO consent (thread_id, hash, approval_id, at) VALUES (?, ?, ?, ?)",
    );
    this.#find = db
      .prepare<[string, string], string>(
        "SELECT approval_id FROM consent WHERE thread_id = ? AND hash = ?",
      )
      .pluck();
  }

  add(threadId: string, hash: string, approvalId: string, at: number): void {
    this.#insert.run(threadId, hash, approvalId, at);
  }

  has(threadId: string, hash: string): boolean {
    return this.#find.get(threadId, hash) !== undefined;
  }
}
