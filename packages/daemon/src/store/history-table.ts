import type { Database } from "./database.ts";

/** One entry as it is sent, and what it counts for in the model's window. */
export interface HistoryEntry {
  readonly entry: string;
  readonly bytes: number;
}

interface Base {
  readonly position: number;
  readonly entries: string;
  readonly bytes: number;
}

/**
 * What the model is sent in a thread, entry by entry, byte for byte as it was first sent. A
 * compaction stands for all entries before it; they stay where they are.
 */
export class HistoryTable {
  readonly #append;
  readonly #read;
  readonly #bytes;
  readonly #hasTurn;
  readonly #base;
  readonly #compact;
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    this.#append = db.prepare<[string, string, string, number, string]>(
      `INSERT INTO history (thread_id, position, turn_id, entry, bytes)
       SELECT ?, COALESCE(MAX(position), 0) + 1, ?, ?, ? FROM history WHERE thread_id = ?`,
    );
    this.#read = db
      .prepare<[string, number], string>(
        "SELECT entry FROM history WHERE thread_id = ? AND position > ? ORDER BY position",
      )
      .pluck();
    this.#bytes = db
      .prepare<[string, number], number>(
        "SELECT COALESCE(SUM(bytes), 0) FROM history WHERE thread_id = ? AND position > ?",
      )
      .pluck();
    this.#hasTurn = db
      .prepare<[string], number>("SELECT 1 FROM history WHERE turn_id = ? LIMIT 1")
      .pluck();
    this.#base = db.prepare<[string], Base>(
      "SELECT position, entries, bytes FROM compaction WHERE thread_id = ? ORDER BY id DESC LIMIT 1",
    );
    this.#compact = db.prepare<[string, string, string, number, number, string]>(
      `INSERT INTO compaction (thread_id, turn_id, position, entries, bytes, at)
       SELECT ?, ?, COALESCE(MAX(position), 0), ?, ?, ? FROM history WHERE thread_id = ?`,
    );
  }

  append(threadId: string, turnId: string, entries: readonly HistoryEntry[]): void {
    for (const { entry, bytes } of entries) {
      this.#append.run(threadId, turnId, entry, bytes, threadId);
    }
  }

  /** From now on these entries are sent instead of all that the thread has. */
  compact(threadId: string, turnId: string, entries: readonly HistoryEntry[], at: number): void {
    const json = `[${entries.map(({ entry }) => entry).join(",")}]`;
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    this.#compact.run(threadId, turnId, json, bytes, at, threadId);
  }

  read(threadId: string): object[] {
    const base = this.#base.get(threadId);
    const later = this.#read.all(threadId, base?.position ?? 0);
    const before = base === undefined ? [] : (JSON.parse(base.entries) as object[]);
    return [...before, ...later.map((entry) => JSON.parse(entry) as object)];
  }

  /** What is sent counts for so much. */
  bytes(threadId: string): number {
    const base = this.#base.get(threadId);
    return (base?.bytes ?? 0) + (this.#bytes.get(threadId, base?.position ?? 0) ?? 0);
  }

  hasTurn(turnId: string): boolean {
    return this.#hasTurn.get(turnId) !== undefined;
  }

  /** What the model was sent in a turn stands in another thread as well, at the same place. */
  copyTurn(ids: { from: string; to: string; fromTurn: string; toTurn: string }): void {
    const columns = {
      history: "position, entry, bytes",
      compaction: "position, entries, bytes, at",
    } as const;
    for (const [table, copied] of Object.entries(columns)) {
      this.#db
        .prepare(
          `INSERT INTO ${table} (thread_id, turn_id, ${copied})
           SELECT @to, @toTurn, ${copied} FROM ${table}
           WHERE thread_id = @from AND turn_id = @fromTurn`,
        )
        .run(ids);
    }
  }

  removeOfTurns(turnIds: readonly string[]): void {
    const marks = turnIds.map(() => "?").join(", ");
    for (const table of ["history", "compaction"]) {
      this.#db.prepare(`DELETE FROM ${table} WHERE turn_id IN (${marks})`).run(...turnIds);
    }
  }
}
