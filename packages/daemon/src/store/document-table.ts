import type { z } from "zod";
import type { Database } from "./database.ts";

export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface Page<Row> {
  readonly data: Row[];
  readonly nextCursor: string | null;
}

type Where<Column extends string> = Partial<
  Record<Column, string | readonly string[] | null | undefined>
>;

/** Rows of a protocol schema: stored as its JSON, found by id and by the generated columns. */
export class DocumentTable<Row extends { id: string }, Column extends string = never> {
  readonly #db: Database;
  readonly #name: string;
  readonly #parse: (value: unknown) => Row;
  readonly #put;
  readonly #find;

  constructor(db: Database, name: string, schema: z.ZodType<Row>) {
    this.#db = db;
    this.#name = name;
    this.#parse = (value) => schema.parse(value);
    this.#put = db.prepare<[string, string]>(
      `INSERT INTO ${name} (id, body) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
    );
    this.#find = db.prepare<[string], string>(`SELECT body FROM ${name} WHERE id = ?`).pluck();
  }

  put(row: Row): void {
    this.#put.run(row.id, JSON.stringify(row));
  }

  find(id: string): Row | undefined {
    const body = this.#find.get(id);
    return body === undefined ? undefined : this.#parse(JSON.parse(body));
  }

  /** All rows that match, oldest first; an absent condition matches everything. */
  where(conditions: Where<Column>): Row[] {
    const { sql, values } = toSql(conditions);
    return this.#rows(`WHERE ${sql} ORDER BY id`, values);
  }

  count(conditions: Where<Column>): number {
    const { sql, values } = toSql(conditions);
    const select = `SELECT count(*) FROM ${this.#name} WHERE ${sql}`;
    return (
      this.#db
        .prepare<string[], number>(select)
        .pluck()
        .get(...values) ?? 0
    );
  }

  page(
    conditions: Where<Column>,
    { cursor, limit }: PageRequest,
    order: "oldest" | "newest",
  ): Page<Row> {
    const { sql, values } = toSql(conditions);
    const [after, direction] = order === "oldest" ? [">", "ASC"] : ["<", "DESC"];
    const from = cursor === undefined ? "" : `AND id ${after} ?`;
    const rows = this.#rows(
      `WHERE ${sql} ${from} ORDER BY id ${direction} LIMIT ${limit + 1}`,
      cursor === undefined ? values : [...values, cursor],
    );
    const data = rows.slice(0, limit);
    return { data, nextCursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  remove(id: string): void {
    this.#db.prepare(`DELETE FROM ${this.#name} WHERE id = ?`).run(id);
  }

  #rows(tail: string, values: readonly string[]): Row[] {
    const select = `SELECT body FROM ${this.#name} ${tail}`;
    const bodies = this.#db
      .prepare<string[], string>(select)
      .pluck()
      .all(...values);
    return bodies.map((body) => this.#parse(JSON.parse(body)));
  }
}

function toSql(conditions: Where<string>): { sql: string; values: string[] } {
  const parts: string[] = ["TRUE"];
  const values: string[] = [];
  for (const [column, wanted] of Object.entries(conditions)) {
    if (wanted === undefined) continue;
    if (wanted === null) {
      parts.push(`${column} IS NULL`);
      continue;
    }
    const list = typeof wanted === "string" ? [wanted] : wanted;
    parts.push(`${column} IN (${list.map(() => "?").join(", ")})`);
    values.push(...list);
  }
  return { sql: parts.join(" AND "), values };
}
