import type { Database } from "./database.ts";

/** The ledger: effects that were begun and not yet reported, with what it takes to judge them. */
export class EffectTable {
  readonly #insert;
  readonly #remove;
  readonly #find;

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string, string, number]>(
      "INSERT OR REPLACE INTO effect (turn_id, call_id, journal, at) VALUES (?, ?, ?, ?)",
    );
    this.#remove = db.prepare<[string, string]>(
      "DELETE FROM effect WHERE turn_id = ? AND call_id = ?",
    );
    this.#find = db
      .prepare<[string, string], string>(
        "SELECT journal FROM effect WHERE turn_id = ? AND call_id = ?",
      )
      .pluck();
  }

  add(turnId: string, callId: string, journal: string, at: number): void {
    this.#insert.run(turnId, callId, journal, at);
  }

  remove(turnId: string, callId: string): void {
    this.#remove.run(turnId, callId);
  }

  /** The journal of an effect that was begun; undefined if it was not. */
  find(turnId: string, callId: string): string | undefined {
    return this.#find.get(turnId, callId);
  }
}

export interface Checkpoint {
  readonly turnId: string;
  readonly threadId: string;
  readonly commit: string;
}

export class CheckpointTable {
  readonly #insert;
  readonly #find;

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string, string, number]>(
      `INSERT OR REPLACE INTO checkpoint (turn_id, thread_id, commit_hash, at)
       VALUES (?, ?, ?, ?)`,
    );
    this.#find = db.prepare<[string], Checkpoint>(
      `SELECT turn_id AS turnId, thread_id AS threadId, commit_hash AS "commit" FROM checkpoint WHERE turn_id = ?`,
    );
  }

  put({ turnId, threadId, commit }: Checkpoint, at: number): void {
    this.#insert.run(turnId, threadId, commit, at);
  }

  find(turnId: string): Checkpoint | undefined {
    return this.#find.get(turnId);
  }
}
