import { Turn, type Usage } from "@heddle/protocol";
import type { Database } from "./database.ts";
import { DocumentTable } from "./document-table.ts";

/**
 * Turns, which are found by thread in their order, and what those that a thread began have used.
 */
export class TurnTable extends DocumentTable<Turn, "thread_id" | "state"> {
  readonly #usage;

  constructor(db: Database) {
    super(db, "turn", Turn);
    const sums = counted.map((name) => `COALESCE(SUM(body ->> '$.usage.${name}'), 0) AS ${name}`);
    this.#usage = db.prepare<[string, number], Omit<Usage, "estimated"> & { estimated: number }>(
      `SELECT ${sums.join(", ")}, SUM(body ->> '$.usage.costUsd') AS costUsd,
         COALESCE(MAX(body ->> '$.usage.estimated'), 0) AS estimated
       FROM turn WHERE thread_id = ? AND body ->> '$.createdAt' >= ?`,
    );
  }

  /** The newest turn of a thread, or the one before another of it. */
  newest(threadId: string, before?: string): Turn | undefined {
    const page = { limit: 1, cursor: before };
    return this.page({ thread_id: threadId }, page, "newest").data[0];
  }

  /** What a thread's turns have used; those that a fork took over were begun before it was. */
  usageOf(threadId: string, begun: number): Usage {
    const found = this.#usage.get(threadId, begun);
    if (found === undefined) throw new Error("a sum has a row");
    return { ...found, estimated: found.estimated === 1 };
  }
}

const counted = [
  "requests",
  "inputTokens",
  "cachedInputTokens",
  "outputTokens",
  "reasoningTokens",
] as const satisfies readonly (keyof Usage)[];

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
