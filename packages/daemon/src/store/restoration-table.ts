import { Restoration } from "@heddle/protocol";
import type { Database } from "./database.ts";

/** The restorations of this database. A restored one holds the row of its own before it is used. */
export class RestorationTable {
  readonly #insert;
  readonly #unread;
  readonly #acknowledge;
  readonly #unsettled;
  readonly #settle;

  constructor(db: Database) {
    this.#insert = db.prepare<[number, string]>(
      "INSERT OR REPLACE INTO restoration (at, body) VALUES (?, ?)",
    );
    this.#unread = db
      .prepare<[number], string>(
        "SELECT body FROM restoration WHERE NOT acknowledged AND at > ? ORDER BY at DESC LIMIT 1",
      )
      .pluck();
    this.#acknowledge = db.prepare("UPDATE restoration SET acknowledged = TRUE");
    this.#unsettled = db
      .prepare<[], string>(
        "SELECT body FROM restoration WHERE NOT turns_ended ORDER BY at DESC LIMIT 1",
      )
      .pluck();
    this.#settle = db.prepare("UPDATE restoration SET turns_ended = TRUE");
  }

  add(restoration: Restoration): void {
    this.#insert.run(restoration.at, JSON.stringify(restoration));
  }

  /** The last one after `since` that nobody has acknowledged. */
  unread(since: number): Restoration | undefined {
    return parsed(this.#unread.get(since));
  }

  acknowledge(): void {
    this.#acknowledge.run();
  }

  /** The last one after which the turns that the backup holds open were not ended yet. */
  unsettled(): Restoration | undefined {
    return parsed(this.#unsettled.get());
  }

  settle(): void {
    this.#settle.run();
  }
}

function parsed(body: string | undefined): Restoration | undefined {
  return body === undefined ? undefined : Restoration.parse(JSON.parse(body));
}
