import type { ItemDelta, ItemId, ThreadId } from "@heddle/protocol";
import { eventTextLimit, headOf } from "../store/item-table.ts";
import type { Store } from "../store/store.ts";

const saveEveryMs = 250;
/** What the heads of all texts of a thread that stream have together, in bytes of JSON. */
const headsLimit = 448 * 1024;

export interface TextHead {
  readonly itemId: ItemId;
  readonly text: string;
  /** How long the whole text is. */
  readonly textLength: number;
}

interface LiveText {
  readonly threadId: ThreadId;
  text: string;
  savedLength: number;
}

/**
 * Text that is still streaming. Listeners hear every piece at once; the database has it a quarter
 * of a second later, so that a crash loses no more than that.
 */
export class LiveTexts {
  readonly #store: Store;
  readonly #logError: (message: string, details: { error: unknown }) => void;
  readonly #texts = new Map<ItemId, LiveText>();
  readonly #listeners = new Set<(delta: ItemDelta) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    store: Store,
    logError: (message: string, details: { error: unknown }) => void = () => {},
  ) {
    this.#store = store;
    this.#logError = logError;
  }

  onDelta(listener: (delta: ItemDelta) => void): void {
    this.#listeners.add(listener);
  }

  append(threadId: ThreadId, itemId: ItemId, text: string): void {
    if (text === "") return;
    let live = this.#texts.get(itemId);
    if (live === undefined) {
      live = { threadId, text: "", savedLength: 0 };
      this.#texts.set(itemId, live);
    }
    const offset = live.text.length;
    live.text += text;
    this.#timer ??= setTimeout(() => this.save(), saveEveryMs);
    for (const listener of this.#listeners)
      listener({ threadId, itemId, part: "text", offset, text });
  }

  /** The heads of what streams in the thread; half a pair of surrogates has not come yet. */
  headsOf(threadId: ThreadId): TextHead[] {
    const streaming = [...this.#texts].filter(([, live]) => live.threadId === threadId);
    const limit = Math.min(eventTextLimit, headsLimit / streaming.length);
    return streaming.map(([itemId, { text }]) => {
      const textLength = text.length - (/[\ud800-\udbff]$/.test(text) ? 1 : 0);
      return { itemId, text: headOf(text.slice(0, textLength), limit), textLength };
    });
  }

  /** Ends the stream and returns all of it. */
  take(itemId: ItemId): string {
    const text = this.#texts.get(itemId)?.text ?? "";
    this.#texts.delete(itemId);
    return text;
  }

  /** The text so far; the empty string when nothing streams. */
  peek(itemId: ItemId): string {
    return this.#texts.get(itemId)?.text ?? "";
  }

  /** What cannot be saved now is saved with what comes next. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const unsaved = [...this.#texts].filter(([, live]) => live.savedLength < live.text.length);
    try {
      const save = () => {
        for (const [itemId, { text }] of unsaved) this.#store.items.saveText(itemId, text);
      };
      this.#store.transaction(save, { flushed: false });
      for (const [, live] of unsaved) live.savedLength = live.text.length;
    } catch (error) {
      this.#logError("text that streams could not be saved", { error });
    }
  }
}
