import { Finding } from "@heddle/protocol";
import type { Database } from "./database.ts";
import { DocumentTable } from "./document-table.ts";

type Column =
  | "id"
  | "automation_id"
  | "project_id"
  | "fingerprint"
  | "kind"
  | "state"
  | "inbox"
  | "severity";

/** Findings: one for each automation and fingerprint. */
export class FindingTable extends DocumentTable<Finding, Column> {
  readonly #unread;
  readonly #lapsed;
  readonly #removeOf;

  constructor(db: Database) {
    super(db, "finding", Finding);
    this.#unread = db
      .prepare<[], number>(
        "SELECT count(*) FROM finding WHERE inbox = 'unread' AND state NOT IN ('fixed', 'accepted')",
      )
      .pluck();
    this.#lapsed = db
      .prepare<[number, number], string>(
        `SELECT body FROM finding
         WHERE (inbox = 'snoozed' AND body ->> 'snoozedUntil' <= ?)
            OR (state = 'accepted' AND body ->> '$.accepted.until' <= ?)`,
      )
      .pluck();
    this.#removeOf = db.prepare<[string]>("DELETE FROM finding WHERE project_id = ?");
  }

  /** The badge. */
  countUnread(): number {
    return this.#unread.get() ?? 0;
  }

  /** Those whose snooze, or whose acceptance, is over. */
  lapsed(now: number): Finding[] {
    return this.#lapsed.all(now, now).map((body) => Finding.parse(JSON.parse(body)));
  }

  removeOfProject(projectId: string): void {
    this.#removeOf.run(projectId);
  }
}
