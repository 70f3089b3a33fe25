import { Capabilities } from "@heddle/protocol";
import type { Database } from "./database.ts";

/** What was found out about endpoints and models. */
export class CapabilitiesTable {
  readonly #put;
  readonly #find;

  constructor(db: Database) {
    this.#put = db.prepare<[string, string, string]>(
      `INSERT INTO model_capabilities (base_url, model, body) VALUES (?, ?, ?)
       ON CONFLICT (base_url, model) DO UPDATE SET body = excluded.body`,
    );
    this.#find = db
      .prepare<[string, string], string>(
        "SELECT body FROM model_capabilities WHERE base_url = ? AND model = ?",
      )
      .pluck();
  }

  put(baseUrl: string, model: string, capabilities: Capabilities): void {
    this.#put.run(baseUrl, model, JSON.stringify(capabilities));
  }

  find(baseUrl: string, model: string): Capabilities | undefined {
    const body = this.#find.get(baseUrl, model);
    return body === undefined ? undefined : Capabilities.parse(JSON.parse(body));
  }
}

export interface Patching {
  /** Patches that failed one after another, the last one included. */
  readonly failed: number;
  /** Whether the thread has changed to the other tool for that. */
  readonly givenUp: boolean;
}

/** How well the model of a thread patches. */
export class PatchingTable {
  readonly #put;
  readonly #find;

  constructor(db: Database) {
    this.#put = db.prepare<[string, number, number]>(
      "INSERT OR REPLACE INTO thread_patching (thread_id, failed, given_up) VALUES (?, ?, ?)",
    );
    this.#find = db.prepare<[string], { failed: number; givenUp: number }>(
      `SELECT failed, given_up AS givenUp FROM thread_patching WHERE thread_id = ?`,
    );
  }

  put(threadId: string, { failed, givenUp }: Patching): void {
    this.#put.run(threadId, failed, givenUp ? 1 : 0);
  }

  find(threadId: string): Patching {
    const row = this.#find.get(threadId);
    return { failed: row?.failed ?? 0, givenUp: row?.givenUp === 1 };
  }
}
