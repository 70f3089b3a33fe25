import type { SequencedThreadEvent } from "./events.ts";
import type { ItemId } from "./ids.ts";
import type { ItemDelta } from "./item.ts";

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

/** Keeps a follower's place in a thread, so that a new connection goes on where the old one broke. */
export class Place {
  readonly #lengths = new Map<ItemId, number>();
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
    if (event.type === "itemCompleted") this.#lengths.delete(event.item.id);
    this.#emit({ type: "event", seq, event });
    return true;
  }

  /** Passes on the part of a delta that is new. Returns false at a gap. */
  delta({ itemId, offset, text }: ItemDelta): boolean {
    const known = this.#lengths.get(itemId) ?? 0;
    if (offset > known) return false;
    if (offset + text.length <= known) return true;
    this.#lengths.set(itemId, offset + text.length);
    this.#emit({ type: "text", itemId, offset: known, text: text.slice(known - offset) });
    return true;
  }

  /** Takes the text so far as the truth: what is longer here was lost by the daemon in a crash. */
  sync(itemId: ItemId, text: string): void {
    const known = Math.min(this.#lengths.get(itemId) ?? 0, text.length);
    this.#lengths.set(itemId, text.length);
    this.#emit({ type: "text", itemId, offset: known, text: text.slice(known) });
  }
}
