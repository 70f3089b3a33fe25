import {
  type Actor,
  DaemonError,
  DaemonEvent,
  type SequencedDaemonEvent,
  type SequencedThreadEvent,
  ThreadEvent,
  type ThreadId,
} from "@heddle/protocol";
import type { Database } from "./database.ts";
import { eventTextLimit, headOf } from "./item-table.ts";

/** A page of events, or a single event, and the texts that stream fit into one frame together. */
const pageBytes = 448 * 1024;
const eventBytes = 544 * 1024;
/** An approval is also part of what `thread/read` answers, where it shares a frame with items. */
const approvalBytes = 320 * 1024;
/** Room for the answer that an approval gets, and for how an item ends. */
const answerBytes = 64 * 1024;
const endBytes = 4 * 1024;

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

  /**
   * Adds an event, as `fitEvent` makes it. Throws `tooLarge` at one that no frame could carry, or
   * that begins what could not be ended within a frame.
   */
  append(threadId: ThreadId, event: ThreadEvent, actor: Actor, at: number): number {
    const fitted = fitEvent(event);
    const stored = JSON.stringify(fitted);
    refuseLarge(fitted, stored);
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

/** The event as it is logged and sent: with no more of an item's text than its head. */
export function fitEvent(event: ThreadEvent): ThreadEvent {
  if (!("item" in event) || !("text" in event.item)) return event;
  const text = headOf(event.item.text);
  return text === event.item.text ? event : { ...event, item: { ...event.item, text } };
}

function refuseLarge(event: ThreadEvent, stored: string): void {
  const limitBytes = limitOf(event);
  if (stored.length * 3 <= limitBytes) return;
  const bytes = Buffer.byteLength(stored) - textBytesOf(event);
  if (bytes <= limitBytes) return;
  const what = "item" in event ? event.item.type : event.type;
  const message = `this ${what} has ${bytes} bytes, at most ${limitBytes} fit; make it smaller`;
  throw new DaemonError("tooLarge", message, { bytes, limitBytes });
}

function limitOf(event: ThreadEvent): number {
  if (event.type === "approvalRequested") return approvalBytes - answerBytes;
  if (event.type === "approvalResolved") return approvalBytes;
  const end = event.type === "itemStarted" ? endBytes : 0;
  return eventBytes - end - ("item" in event && "text" in event.item ? eventTextLimit : 0);
}

/** The text of an item may grow to its limit, however long it is now. */
function textBytesOf(event: ThreadEvent): number {
  if (!("item" in event) || !("text" in event.item)) return 0;
  return Buffer.byteLength(JSON.stringify(event.item.text));
}

function page<Event>(
  rows: IterableIterator<Row>,
  parse: (event: unknown) => Event,
): EventPage<{ seq: number; event: Event }> {
  const events = [];
  let bytes = 0;
  for (const { seq, event } of rows) {
    bytes += Buffer.byteLength(event);
    if (bytes > pageBytes && events.length > 0) return { events, complete: false };
    events.push({ seq, event: parse(JSON.parse(event)) });
  }
  return { events, complete: true };
}
