import type { Database } from "./database.ts";

export interface ModelRequestRow {
  readonly turnId: string;
  readonly threadId: string;
  readonly model: string;
  readonly at: number;
  readonly wallMs: number;
  readonly outcome: string;
  /** What was sent counted for so much; learned from only where the model counted tokens. */
  readonly sentBytes: number;
  readonly inputTokens: number | null;
  readonly cachedInputTokens: number | null;
  readonly outputTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Whether the tokens were estimated, since the endpoint counted none. */
  readonly estimated: boolean;
  /** In US dollars; null where no price is known. */
  readonly costUsd: number | null;
}

/** What is counted together: a turn, a thread, or all since a moment. */
export type UsageScope =
  | { readonly turnId: string }
  | { readonly threadId: string }
  | { readonly since: number };

export interface ModelUsage {
  readonly model: string;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** In US dollars; what has no known price costs nothing here. */
  readonly costUsd: number;
}

/** So many of a thread's last requests tell how many bytes its tokens have. */
const learnedFrom = 20;

/** Every request to a model with what it used, background work included. */
export class ModelRequestTable {
  readonly #db: Database;
  readonly #insert;
  readonly #learned;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.prepare<[Omit<ModelRequestRow, "estimated"> & { estimated: number }]>(
      `INSERT INTO model_request (turn_id, thread_id, model, at, wall_ms, outcome, sent_bytes,
         input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, estimated, cost_usd)
       VALUES (@turnId, @threadId, @model, @at, @wallMs, @outcome, @sentBytes, @inputTokens,
         @cachedInputTokens, @outputTokens, @reasoningTokens, @estimated, @costUsd)`,
    );
    this.#learned = db
      .prepare<[string, number], number | null>(
        `SELECT SUM(sent_bytes) * 1.0 / SUM(input_tokens) FROM (
           SELECT sent_bytes, input_tokens FROM model_request
           WHERE thread_id = ? AND sent_bytes > 0 AND input_tokens > 0 AND NOT estimated ORDER BY id DESC LIMIT ?)`,
      )
      .pluck();
  }

  add(row: ModelRequestRow): void {
    this.#insert.run({ ...row, estimated: row.estimated ? 1 : 0 });
  }

  /** The average of a thread's own requests, once the model has counted one. */
  bytesPerToken(threadId: string): number | undefined {
    return this.#learned.get(threadId, learnedFrom) ?? undefined;
  }

  /** What was used, by model. Input that nobody counted is taken for what its bytes are usually. */
  usage(scope: UsageScope): ModelUsage[] {
    const [condition, value] = conditionOf(scope, "at >= ?");
    return this.#db
      .prepare<[string | number], ModelUsage>(
        `SELECT model, SUM(COALESCE(input_tokens, CASE outcome WHEN 'completed' THEN sent_bytes / 4 END, 0))
             AS inputTokens,
           SUM(COALESCE(cached_input_tokens, 0)) AS cachedInputTokens,
           SUM(COALESCE(output_tokens, 0)) AS outputTokens,
           SUM(COALESCE(reasoning_tokens, 0)) AS reasoningTokens,
           SUM(COALESCE(cost_usd, 0)) AS costUsd
         FROM model_request WHERE ${condition} GROUP BY model`,
      )
      .all(value);
  }
}

/** How long turns have worked. */
export class WorkTable {
  readonly #db: Database;
  readonly #add;

  constructor(db: Database) {
    this.#db = db;
    this.#add = db.prepare<[string, number, string, number]>(
      `INSERT INTO turn_work (turn_id, day, thread_id, worked_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (turn_id, day) DO UPDATE SET worked_ms = worked_ms + excluded.worked_ms`,
    );
  }

  /** `day` is the moment at which the day began. */
  add({ turnId, threadId }: { turnId: string; threadId: string }, day: number, ms: number): void {
    this.#add.run(turnId, day, threadId, ms);
  }

  workedMs(scope: UsageScope): number {
    const [condition, value] = conditionOf(scope, "day >= ?");
    const sum = `SELECT COALESCE(SUM(worked_ms), 0) FROM turn_work WHERE ${condition}`;
    return this.#db.prepare<[string | number], number>(sum).pluck().get(value) ?? 0;
  }
}

function conditionOf(scope: UsageScope, since: string): [sql: string, value: string | number] {
  if ("turnId" in scope) return ["turn_id = ?", scope.turnId];
  if ("threadId" in scope) return ["thread_id = ?", scope.threadId];
  return [since, scope.since];
}
