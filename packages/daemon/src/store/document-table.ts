import type * as z from "zod";
import type { Database, Statement } from "./database.ts";

/** The rows of a page have at most so many bytes, but for a single one that has more. */
const pageBytes = 768 * 1024;

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
  /** By their text: SQLite reads each form of a question once. */
  readonly #questions = new Map<string, Statement<string[]>>();

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
    return this.#question(`SELECT body FROM ${this.#name} WHERE ${sql} ORDER BY id`)
      .all(...values)
      .map((body) => this.#parse(JSON.parse(String(body))));
  }

  count(conditions: Where<Column>): number {
    const { sql, values } = toSql(conditions);
    const select = `SELECT count(*) FROM ${this.#name} WHERE ${sql}`;
    return Number(this.#question(select).get(...values) ?? 0);
  }

  /** At most `limit` rows, and no more than fit into a frame. */
  page(
    conditions: Where<Column>,
    { cursor, limit }: PageRequest,
    order: "oldest" | "newest",
  ): Page<Row> {
    const { sql, values } = toSql(conditions);
    const [after, direction] = order === "oldest" ? [">", "ASC"] : ["<", "DESC"];
    const from = cursor === undefined ? "" : `AND id ${after} ?`;
    const bodies = this.#question(
      `SELECT body FROM ${this.#name} WHERE ${sql} ${from} ORDER BY id ${direction}`,
    );
    const given = cursor === undefined ? values : [...values, cursor];
    const data: Row[] = [];
    let bytes = 0;
    for (const found of bodies.iterate(...given)) {
      const body = String(found);
      bytes += Buffer.byteLength(body);
      const full = data.length === limit || (bytes > pageBytes && data.length > 0);
      if (full) return pageUpTo(data);
      data.push(this.#parse(JSON.parse(body)));
    }
    return { data, nextCursor: null };
  }

  remove(id: string): void {
    this.#db.prepare(`DELETE FROM ${this.#name} WHERE id = ?`).run(id);
  }

  /** Answers with the first column. */
  #question(sql: string): Statement<string[]> {
    const known = this.#questions.get(sql);
    if (known) return known;
    const statement = this.#db.prepare<string[]>(sql).pluck();
    this.#questions.set(sql, statement);
    return statement;
  }
}

/** The page with as many of its rows as fit, where they have become longer since they were read. */
export function fitPage<Row extends { id: string }>({ data, nextCursor }: Page<Row>): Page<Row> {
  let bytes = 0;
  const end = data.findIndex((row, at) => {
    bytes += Buffer.byteLength(JSON.stringify(row));
    return bytes > pageBytes && at > 0;
  });
  return end < 0 ? { data, nextCursor } : pageUpTo(data.slice(0, end));
}

function pageUpTo<Row extends { id: string }>(data: Row[]): Page<Row> {
  return { data, nextCursor: data.at(-1)?.id ?? null };
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
