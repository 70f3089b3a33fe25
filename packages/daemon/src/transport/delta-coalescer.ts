import type { ItemDelta, ItemId, ThreadId } from "@heddle/protocol";

const frameMs = 12;

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
    for (const [itemId, { first }] of this.#pending) {
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
    if (text !== "") this.#send({ ...pending.first, text });
    if (!torn) return;
    const rest = { ...pending.first, offset: pending.first.offset + text.length };
    this.#pending.set(itemId, { first: rest, texts: [joined.slice(-1)] });
  }
}
