import type { Database } from "./database.ts";

/** What the model is sent in a thread, entry by entry, byte for byte as it was first sent. */
export class HistoryTable {
  readonly #append;
  readonly #read;
  readonly #hasTurn;
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    this.#append = db.prepare<[string, string, string, string]>(
      `INSERT INTO history (thread_id, position, turn_id, entry)
       SELECT ?, COALESCE(MAX(position), 0) + 1, ?, ? FROM history WHERE thread_id = ?`,
    );
    this.#read = db
      .prepare<[string], string>("SELECT entry FROM history WHERE thread_id = ? ORDER BY position")
      .pluck();
    this.#hasTurn = db
      .prepare<[string], number>("SELECT 1 FROM history WHERE turn_id = ? LIMIT 1")
      .pluck();
  }

  append(threadId: string, turnId: string, entries: readonly object[]): void {
    for (const entry of entries) {
      this.#append.run(threadId, turnId, JSON.stringify(entry), threadId);
    }
  }

  read(threadId: string): object[] {
    return this.#read.all(threadId).map((entry) => JSON.parse(entry) as object);
  }

  hasTurn(turnId: string): boolean {
    return this.#hasTurn.get(turnId) !== undefined;
  }

  removeOfTurns(turnIds: readonly string[]): void {
    const marks = turnIds.map(() => "?").join(", ");
    this.#db.prepare(`DELETE FROM history WHERE turn_id IN (${marks})`).run(...turnIds);
  }
}

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

export interface ModelRequestRow {
  readonly turnId: string;
  readonly model: string;
  readonly at: number;
  readonly wallMs: number;
  readonly outcome: string;
  readonly inputTokens: number | null;
  readonly cachedInputTokens: number | null;
  readonly outputTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Whether the tokens were estimated, since the endpoint counted none. */
  readonly estimated: boolean;
  /** In US dollars; null where no price is known. */
  readonly costUsd: number | null;
}

/** Every request to a model with what it used, background work included. */
export class ModelRequestTable {
  readonly #insert;

  constructor(db: Database) {
    this.#insert = db.prepare<[Omit<ModelRequestRow, "estimated"> & { estimated: number }]>(
      `INSERT INTO model_request (turn_id, model, at, wall_ms, outcome, input_tokens,
         cached_input_tokens, output_tokens, reasoning_tokens, estimated, cost_usd)
       VALUES (@turnId, @model, @at, @wallMs, @outcome, @inputTokens, @cachedInputTokens,
         @outputTokens, @reasoningTokens, @estimated, @costUsd)`,
    );
  }

  add(row: ModelRequestRow): void {
    this.#insert.run({ ...row, estimated: row.estimated ? 1 : 0 });
  }
}
