import type { Database } from "./database.ts";

/** Rule lists by name, each change a new version. */
export class PolicyTable {
  readonly #insert;
  readonly #newest;

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string, number, string]>(
      `INSERT INTO policy (name, version, rules, at)
       SELECT ?, COALESCE(MAX(version), 0) + 1, ?, ? FROM policy WHERE name = ?`,
    );
    this.#newest = db
      .prepare<[string], string>(
        "SELECT rules FROM policy WHERE name = ? ORDER BY version DESC LIMIT 1",
      )
      .pluck();
  }

  add(name: string, rules: string, at: number): void {
    this.#insert.run(name, rules, at, name);
  }

  newest(name: string): string | undefined {
    return this.#newest.get(name);
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
