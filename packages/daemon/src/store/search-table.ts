import type { Database } from "./database.ts";

export interface SearchHit {
  readonly itemId: string;
  readonly threadId: string;
  readonly snippet: string;
}

export interface SearchRequest {
  /** In the syntax of FTS5; undefined for the newest items, whatever is in them. */
  readonly match: string | undefined;
  readonly projectId?: string | undefined;
  readonly threadId?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

const snippetTokens = 20;
const headUnits = 160;

/** Finds items of all threads by their words; the best match first. */
export class SearchTable {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find({ match, projectId, threadId, limit, offset }: SearchRequest): SearchHit[] {
    const snippet =
      match === undefined
        ? `substr(content, 1, ${headUnits})`
        : `snippet(item_search, 0, char(2), char(3), '…', ${snippetTokens})`;
    const conditions = [
      ...(match === undefined ? [] : ["item_search MATCH ?"]),
      ...(threadId === undefined ? [] : ["thread_id = ?"]),
      ...(projectId === undefined
        ? []
        : ["thread_id IN (SELECT id FROM thread WHERE project_id = ?)"]),
    ];
    const values = [match, threadId, projectId].filter((value) => value !== undefined);
    return this.#db
      .prepare<(string | number)[], SearchHit>(
        `SELECT item_id AS itemId, thread_id AS threadId, ${snippet} AS snippet FROM item_search
         ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`}
         ORDER BY ${match === undefined ? "rowid DESC" : "rank"} LIMIT ? OFFSET ?`,
      )
      .all(...values, limit, offset);
  }
}
