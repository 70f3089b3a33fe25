import { type Actor, DaemonError } from "@heddle/protocol";
import type { Database } from "./database.ts";

export interface Mutation {
  readonly key: string;
  readonly method: string;
  readonly paramsHash: string;
}

const keptMs = 7 * 24 * 3600 * 1000;
/** Whatever the clock says, the last calls were made just now. */
const keptLast = 1000;

export function idempotencyConflict(key: string, method: string): DaemonError {
  const message = `the idempotency key ${key} was used for another call of ${method}`;
  return new DaemonError("idempotencyConflict", message, { key, method });
}

/** Mutating calls and their results, for 7 days. */
export class MutationTable {
  readonly #insert;
  readonly #find;
  readonly #prune;

  constructor(db: Database) {
    this.#insert = db.prepare<[string, string, string, string, string, number]>(
      "INSERT INTO mutation (key, method, params_hash, result, actor, at) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#find = db.prepare<[string], { method: string; params_hash: string; result: string }>(
      "SELECT method, params_hash, result FROM mutation WHERE key = ?",
    );
    this.#prune = db.prepare<[number, number]>(
      "DELETE FROM mutation WHERE at < ? AND rowid <= (SELECT max(rowid) FROM mutation) - ?",
    );
  }

  add({ key, method, paramsHash }: Mutation, result: unknown, actor: Actor, at: number): void {
    const stored = JSON.stringify(result);
    this.#insert.run(key, method, paramsHash, stored, JSON.stringify(actor), at);
  }

  /** The first result under this key. Throws `idempotencyConflict` if it was another call. */
  find({ key, method, paramsHash }: Mutation): { result: unknown } | undefined {
    const row = this.#find.get(key);
    if (row === undefined) return undefined;
    if (row.method === method && row.params_hash === paramsHash) {
      return { result: JSON.parse(row.result) };
    }
    throw idempotencyConflict(key, row.method);
  }

  prune(now: number): void {
    this.#prune.run(now - keptMs, keptLast);
  }
}
