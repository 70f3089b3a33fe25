import { Item } from "@heddle/protocol";
import type { Database } from "./database.ts";

/** What an event carries of an item's text at most, in bytes of JSON. */
export const eventTextLimit = 256 * 1024;

interface ItemRow {
  readonly body: string;
  readonly content: string;
}

/** Items with their whole text, of which readers get the head and ranges on request. */
export class ItemTable {
  readonly #db: Database;
  readonly #put;
  readonly #save;
  readonly #find;
  readonly #newest;
  readonly #running;
  readonly #runningOfTurn;
  readonly #ofTurn;
  readonly #index;

  constructor(db: Database) {
    this.#db = db;
    this.#put = db.prepare<[string, string]>(
      `INSERT INTO item (id, body) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
    );
    this.#save = db.prepare<[string, string]>("UPDATE item SET content = ? WHERE id = ?");
    this.#find = db.prepare<[string], ItemRow>("SELECT body, content FROM item WHERE id = ?");
    this.#newest = db.prepare<[string, string], ItemRow>(
      "SELECT body, content FROM item WHERE thread_id = ? AND id < ? ORDER BY id DESC",
    );
    const select = "SELECT body, content FROM item WHERE";
    this.#running = db.prepare<[], ItemRow>(`${select} state = 'running' ORDER BY id`);
    this.#runningOfTurn = db.prepare<[string], ItemRow>(
      `${select} state = 'running' AND turn_id = ? ORDER BY id`,
    );
    this.#ofTurn = db.prepare<[string], ItemRow>(`${select} turn_id = ? ORDER BY id`);
    this.#index = db.prepare<[string, string, string]>(
      "INSERT INTO item_search (content, item_id, thread_id) VALUES (?, ?, ?)",
    );
  }

  put(item: Item): void {
    const row = "text" in item ? { ...item, text: "", textLength: 0 } : item;
    this.#put.run(item.id, JSON.stringify(row));
  }

  /** Stores the whole text of an item, also while it is still streaming. */
  saveText(itemId: string, text: string): void {
    this.#save.run(text, itemId);
  }

  find(itemId: string): Item | undefined {
    const row = this.#find.get(itemId);
    return row && fromRow(row);
  }

  text(itemId: string): string | undefined {
    return this.#find.get(itemId)?.content;
  }

  /** The items of a thread as far as `before`, newest first. Nothing may be written meanwhile. */
  *newest(threadId: string, before = "~"): Generator<Item> {
    for (const row of this.#newest.iterate(threadId, before)) yield fromRow(row);
  }

  running(): Item[] {
    return this.#running.all().map(fromRow);
  }

  runningOfTurn(turnId: string): Item[] {
    return this.#runningOfTurn.all(turnId).map(fromRow);
  }

  ofTurn(turnId: string): Item[] {
    return this.#ofTurn.all(turnId).map(fromRow);
  }

  index(item: Item, text: string): void {
    this.#index.run(text, item.id, item.threadId);
  }

  removeOfTurns(turnIds: readonly string[]): void {
    const marks = turnIds.map(() => "?").join(", ");
    const ofTurns = `(SELECT id FROM item WHERE turn_id IN (${marks}))`;
    this.#db.prepare(`DELETE FROM item_search WHERE item_id IN ${ofTurns}`).run(...turnIds);
    this.#db.prepare(`DELETE FROM item WHERE turn_id IN (${marks})`).run(...turnIds);
  }
}

function fromRow({ body, content }: ItemRow): Item {
  return withHead(Item.parse(JSON.parse(body)), content);
}

/** The item as readers are shown it: with the head of its text, and the length of all of it. */
export function withHead(item: Item, whole: string): Item {
  if (!("text" in item)) return item;
  return { ...item, text: headOf(whole), textLength: whole.length };
}

/** The longest head of whole code points that has at most so many bytes as a JSON string. */
export function headOf(text: string, limitBytes = eventTextLimit): string {
  if (text.length * longestEscape <= limitBytes) return text;
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    bytes += jsonBytesOf(code);
    if (bytes > limitBytes) break;
    at += code > 0xffff ? 2 : 1;
  }
  return text.slice(0, at);
}

/** As in `\u0000`, which is also how half of a pair of surrogates is written. */
const longestEscape = 6;

function jsonBytesOf(code: number): number {
  if (code < 0x20) return shortEscapes.has(code) ? 2 : longestEscape;
  if (code < 0x80) return code === 0x22 || code === 0x5c ? 2 : 1;
  if (code < 0x800) return 2;
  if (code > 0xffff) return 4;
  return code >= 0xd800 && code <= 0xdfff ? longestEscape : 3;
}

/** Those of backspace, tab, line feed, form feed and carriage return. */
const shortEscapes: ReadonlySet<number> = new Set([8, 9, 10, 12, 13]);
