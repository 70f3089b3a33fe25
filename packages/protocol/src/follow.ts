import type { SequencedThreadEvent, ThreadEvent } from "./events.ts";
import type { ItemId } from "./ids.ts";
import type { Item, ItemDelta } from "./item.ts";

/** What a follower of a thread receives, each durable event once and in order. */
export type ThreadNotice =
  | ({ readonly type: "event" } & SequencedThreadEvent)
  /** Cut the item's text at `offset` and add `text`. */
  | {
      readonly type: "text";
      readonly itemId: ItemId;
      readonly offset: number;
      readonly text: string;
    };

type TextPiece = Pick<ItemDelta, "itemId" | "offset" | "text">;

/** The head of a text that streams, and how long all of it is. */
interface TextHead {
  readonly itemId: ItemId;
  readonly text: string;
  readonly textLength: number;
}

/** An item's text and where it ends, as far as is known. */
interface TextEnd {
  readonly itemId: ItemId;
  readonly until: number;
}

/** Keeps a follower's place in a thread, so that a new connection goes on where the old one broke. */
export class Place {
  readonly #lengths = new Map<ItemId, number>();
  /** Deltas of items that have ended are late: the connection had broken before they came. */
  readonly #ended = new Set<ItemId>();
  readonly #emit: (notice: ThreadNotice) => void;
  seq: number;

  constructor(afterSeq: number, emit: (notice: ThreadNotice) => void) {
    this.seq = afterSeq;
    this.#emit = emit;
  }

  /** Passes on the next event; one that came before is dropped. Returns false at a gap. */
  event({ seq, event }: SequencedThreadEvent): boolean {
    if (seq <= this.seq) return true;
    if (seq !== this.seq + 1) return false;
    this.seq = seq;
    if (event.type === "itemCompleted") this.#end(event.item);
    this.#emit({ type: "event", seq, event });
    return true;
  }

  /** Passes on the part of a delta that is new. Returns false at a gap. */
  delta({ itemId, offset, text }: TextPiece): boolean {
    if (this.#ended.has(itemId)) return true;
    const known = this.lengthOf(itemId);
    if (offset > known) return false;
    if (offset + text.length <= known) return true;
    this.#lengths.set(itemId, offset + text.length);
    this.#emit({ type: "text", itemId, offset: known, text: text.slice(known - offset) });
    return true;
  }

  /** Takes the text so far as the truth: what is longer here was lost by the daemon in a crash. */
  sync({ itemId, text, textLength }: TextHead): void {
    this.#cut(itemId, textLength);
    this.delta({ itemId, offset: 0, text });
  }

  lengthOf(itemId: ItemId): number {
    return this.#lengths.get(itemId) ?? 0;
  }

  /** How far to read the text of an item that ends here, if a part was passed on but not all. */
  missingText(event: ThreadEvent): TextEnd | undefined {
    if (event.type !== "itemCompleted" || !("text" in event.item)) return undefined;
    const { id: itemId, textLength: until } = event.item;
    const known = this.#lengths.get(itemId);
    return known !== undefined && known < until ? { itemId, until } : undefined;
  }

  #end(item: Item): void {
    if ("text" in item) this.#cut(item.id, item.textLength);
    this.#lengths.delete(item.id);
    this.#ended.add(item.id);
  }

  #cut(itemId: ItemId, length: number): void {
    if (this.lengthOf(itemId) <= length) return;
    this.#lengths.set(itemId, length);
    this.#emit({ type: "text", itemId, offset: length, text: "" });
  }
}

/** What a follower asks the daemon for. */
export interface ThreadSource {
  readonly subscribe: (afterSeq: number) => Promise<{
    readonly events: readonly SequencedThreadEvent[];
    readonly streaming: readonly TextHead[];
    readonly live: boolean;
  }>;
  /** A range of an item's text; empty behind its end, and where the item is gone. */
  readonly read: (itemId: ItemId, offset: number) => Promise<string>;
}

/**
 * Brings a place to where the thread is. Of a text that streamed before, or streams now, what is
 * longer than an event carries is read by ranges, so that followers have all of it in the end.
 */
export async function catchUp(place: Place, source: ThreadSource): Promise<void> {
  for (let live = false; !live; ) {
    const page = await source.subscribe(place.seq);
    for (const sequenced of page.events) {
      const missing = place.missingText(sequenced.event);
      if (missing) await readText(place, source, missing);
      place.event(sequenced);
    }
    for (const head of page.streaming) {
      place.sync(head);
      await readText(place, source, { itemId: head.itemId, until: head.textLength });
    }
    live = page.live;
  }
}

async function readText(
  place: Place,
  source: ThreadSource,
  { itemId, until }: TextEnd,
): Promise<void> {
  while (place.lengthOf(itemId) < until) {
    const offset = place.lengthOf(itemId);
    const text = await source.read(itemId, offset);
    if (text === "") return;
    place.delta({ itemId, offset, text });
  }
}

export interface InboxOptions<Notice> {
  /** Passes a notice on. Returns false where one before it is missing. */
  readonly take: (notice: Notice) => boolean;
  readonly catchUp: () => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** Hands notices over one by one; those that come while a gap is being closed wait for it. */
export class Inbox<Notice> {
  readonly #options: InboxOptions<Notice>;
  #waiting: Notice[] = [];
  #behind = false;
  #running = false;

  constructor(options: InboxOptions<Notice>) {
    this.#options = options;
  }

  add(notice: Notice): void {
    this.#waiting.push(notice);
    this.#start();
  }

  /** Catches up on a new connection; what is left of the old one is of no use. */
  resume(): void {
    this.#waiting = [];
    this.#behind = true;
    this.#start();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run().catch(this.#options.fail);
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        if (this.#behind) {
          this.#behind = false;
          await this.#options.catchUp();
          continue;
        }
        const notice = this.#waiting.shift();
        if (notice === undefined) return;
        if (!this.#options.take(notice)) this.#behind = true;
      }
    } finally {
      this.#running = false;
    }
  }
}
