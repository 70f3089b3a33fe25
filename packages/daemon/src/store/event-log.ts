import {
  type Actor,
  DaemonEvent,
  type SequencedDaemonEvent,
  type SequencedThreadEvent,
  ThreadEvent,
  type ThreadId,
} from "@heddle/protocol";
import type { Database } from "./database.ts";

/** What one answer carries at most, in characters of stored JSON. */
const pageCharacters = 512 * 1024;

export interface EventPage<Event> {
  readonly events: Event[];
  /** Whether the page reaches the end of the log. */
  readonly complete: boolean;
}

interface Row {
  readonly seq: number;
  readonly event: string;
}

/** The change feed of every thread and of the daemon. Rows are only added. */
export class EventLog {
  readonly #append;
  readonly #seq;
  readonly #read;
  readonly #appendDaemon;
  readonly #daemonSeq;
  readonly #readDaemon;

  constructor(db: Database) {
    this.#append = db
      .prepare<[string, number, string, string, string], number>(
        `INSERT INTO thread_event (thread_id, seq, at, actor, event)
         SELECT ?, COALESCE(MAX(seq), 0) + 1, ?, ?, ? FROM thread_event WHERE thread_id = ?
         RETURNING seq`,
      )
      .pluck();
    this.#seq = db
      .prepare<[string], number>("SELECT MAX(seq) FROM thread_event WHERE thread_id = ?")
      .pluck();
    this.#read = db.prepare<[string, number], Row>(
      "SELECT seq, event FROM thread_event WHERE thread_id = ? AND seq > ? ORDER BY seq",
    );
    this.#appendDaemon = db
      .prepare<[number, string, string], number>(
        "INSERT INTO daemon_event (at, actor, event) VALUES (?, ?, ?) RETURNING seq",
      )
      .pluck();
    this.#daemonSeq = db.prepare<[], number>("SELECT MAX(seq) FROM daemon_event").pluck();
    this.#readDaemon = db.prepare<[number], Row>(
      "SELECT seq, event FROM daemon_event WHERE seq > ? ORDER BY seq",
    );
  }

  append(threadId: ThreadId, event: ThreadEvent, actor: Actor, at: number): number {
    const stored = JSON.stringify(event);
    return this.#append.get(threadId, at, JSON.stringify(actor), stored, threadId) as number;
  }

  seq(threadId: ThreadId): number {
    return this.#seq.get(threadId) ?? 0;
  }

  read(threadId: ThreadId, afterSeq: number): EventPage<SequencedThreadEvent> {
    const rows = this.#read.iterate(threadId, afterSeq);
    return page(rows, (event) => ThreadEvent.parse(event));
  }

  appendDaemon(event: DaemonEvent, actor: Actor, at: number): number {
    return this.#appendDaemon.get(at, JSON.stringify(actor), JSON.stringify(event)) as number;
  }

  daemonSeq(): number {
    return this.#daemonSeq.get() ?? 0;
  }

  readDaemon(afterSeq: number): EventPage<SequencedDaemonEvent> {
    return page(this.#readDaemon.iterate(afterSeq), (event) => DaemonEvent.parse(event));
  }
}

function page<Event>(
  rows: IterableIterator<Row>,
  parse: (event: unknown) => Event,
): EventPage<{ seq: number; event: Event }> {
  const events = [];
  let characters = 0;
  for (const { seq, event } of rows) {
    if (characters + event.length > pageCharacters && events.length > 0) {
      return { events, complete: false };
    }
    characters += event.length;
    events.push({ seq, event: parse(JSON.parse(event)) });
  }
  return { events, complete: true };
}
