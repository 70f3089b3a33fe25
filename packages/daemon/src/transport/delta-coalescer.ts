import type { ItemDelta, ItemId, ThreadId } from "@heddle/protocol";

const frameMs = 12;
/** Text of one frame, in UTF-16 units: less than a frame even if each becomes six bytes. */
const pieceUnits = 64 * 1024;

interface Pending {
  readonly first: ItemDelta;
  readonly texts: string[];
}

/**
 * Joins the pieces of streamed text into one frame every 12 ms. The first piece after a silence
 * goes out at once.
 */
export class DeltaCoalescer implements Disposable {
  readonly #send: (delta: ItemDelta) => void;
  readonly #pending = new Map<ItemId, Pending>();
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = 0;

  constructor(send: (delta: ItemDelta) => void) {
    this.#send = send;
  }

  add(delta: ItemDelta): void {
    const pending = this.#pending.get(delta.itemId);
    if (pending) pending.texts.push(delta.text);
    else this.#pending.set(delta.itemId, { first: delta, texts: [delta.text] });
    if (this.#timer !== undefined) return;
    const wait = this.#lastFlush + frameMs - performance.now();
    if (wait <= 0) this.#flushAll();
    else this.#timer = setTimeout(() => this.#flushAll(), wait);
  }

  /** Sends what waits for a thread, so that what follows cannot overtake it. */
  flush(threadId: ThreadId): void {
    for (const [itemId, { first }] of [...this.#pending]) {
      if (first.threadId === threadId) this.#flushItem(itemId);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #flushAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastFlush = performance.now();
    for (const itemId of [...this.#pending.keys()]) this.#flushItem(itemId);
  }

  /** A pair of surrogates that was torn in two waits for its other half. */
  #flushItem(itemId: ItemId): void {
    const pending = this.#pending.get(itemId);
    if (pending === undefined) return;
    this.#pending.delete(itemId);
    const joined = pending.texts.join("");
    const torn = /[\ud800-\udbff]$/.test(joined);
    const text = torn ? joined.slice(0, -1) : joined;
    this.#sendPieces(pending.first, text);
    if (!torn) return;
    const rest = { ...pending.first, offset: pending.first.offset + text.length };
    this.#pending.set(itemId, { first: rest, texts: [joined.slice(-1)] });
  }

  #sendPieces(first: ItemDelta, text: string): void {
    for (let at = 0; at < text.length; ) {
      const end = at + pieceUnits;
      const splitsPair = end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1));
      const piece = text.slice(at, splitsPair ? end - 1 : end);
      this.#send({ ...first, offset: first.offset + at, text: piece });
      at += piece.length;
    }
  }
}
