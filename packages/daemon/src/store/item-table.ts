import { Item } from "@heddle/protocol";
import type { Database } from "./database.ts";

/** What an event carries of an item's text at most, in UTF-16 units. */
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

  constructor(db: Database) {
    this.#db = db;
    this.#put = db.prepare<[string, string]>(
      `INSERT INTO item (id, body) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
    );
    this.#save = db.prepare<[string, string]>("UPDATE item SET content = ? WHERE id = ?");
    this.#find = db.prepare<[string], ItemRow>("SELECT body, content FROM item WHERE id = ?");
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

  /** The newest items of a thread as far as `before`, oldest first. */
  tail(threadId: string, limit: number, before = "~"): Item[] {
    return this.#db
      .prepare<[string, string, number], ItemRow>(
        `SELECT body, content FROM item WHERE thread_id = ? AND id < ? ORDER BY id DESC LIMIT ?`,
      )
      .all(threadId, before, limit)
      .reverse()
      .map(fromRow);
  }

  running(): Item[] {
    return this.#db
      .prepare<[], ItemRow>("SELECT body, content FROM item WHERE state = 'running' ORDER BY id")
      .all()
      .map(fromRow);
  }

  ofTurn(turnId: string): Item[] {
    return this.#db
      .prepare<[string], ItemRow>("SELECT body, content FROM item WHERE turn_id = ? ORDER BY id")
      .all(turnId)
      .map(fromRow);
  }

  index(item: Item, text: string): void {
    this.#db
      .prepare("INSERT INTO item_search (content, item_id, thread_id) VALUES (?, ?, ?)")
      .run(text, item.id, item.threadId);
  }

  removeOfTurns(turnIds: readonly string[]): void {
    const marks = turnIds.map(() => "?").join(", ");
    const ofTurns = `(SELECT id FROM item WHERE turn_id IN (${marks}))`;
    this.#db.prepare(`DELETE FROM item_search WHERE item_id IN ${ofTurns}`).run(...turnIds);
    this.#db.prepare(`DELETE FROM item WHERE turn_id IN (${marks})`).run(...turnIds);
  }
}

function fromRow({ body, content }: ItemRow): Item {
  const item = Item.parse(JSON.parse(body));
  if (!("text" in item)) return item;
  return { ...item, text: content.slice(0, eventTextLimit), textLength: content.length };
}
