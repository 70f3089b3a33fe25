import type { ContentRow, IndexStore } from "../store/index-store.ts";
import type { Content } from "./digest.ts";
import { FileNames, Names } from "./names.ts";
import { readContent } from "./stored-content.ts";
import { WordNumbers } from "./word-numbers.ts";

/** Keys come in no order, so that each transaction writes much of their index anew. */
const savedAtOnce = 2_000;

export interface KnownContent {
  readonly content: Content;
  readonly names: FileNames;
}

/** What was found in every content that a tree of the project has; each is lexed once. */
export class Contents {
  readonly names: Names;
  readonly numbers: WordNumbers;
  readonly #store: IndexStore;
  readonly #known = new Map<string, KnownContent>();
  #storedNames: number;
  #hasStored: boolean;
  #unsaved: ContentRow[] = [];

  constructor(store: IndexStore) {
    this.#store = store;
    this.names = new Names(store.readNames());
    this.numbers = new WordNumbers(this.names);
    this.#storedNames = this.names.count;
    this.#hasStored = store.hasContents();
  }

  /** Whether nothing was ever read. */
  get isEmpty(): boolean {
    return !this.#hasStored && this.#known.size === 0;
  }

  find(key: string): KnownContent | undefined {
    const known = this.#known.get(key);
    if (known || !this.#hasStored) return known;
    const row = this.#store.findContent(key);
    if (!row) return undefined;
    const found = { content: readContent(row.body), names: new FileNames(row.names) };
    this.#known.set(key, found);
    return found;
  }

  add(key: string, body: string, names: FileNames): void {
    this.#known.set(key, { content: readContent(body), names });
    this.#unsaved.push({ key, body, names: names.packed });
    if (this.#unsaved.length >= savedAtOnce) this.save();
  }

  /** Stores what is new: before the rows of a tree name it. */
  save(): void {
    const rows = this.#unsaved;
    this.#unsaved = [];
    this.#hasStored ||= rows.length > 0;
    this.#store.transaction(() => {
      this.#store.addNames(this.#storedNames, this.names.since(this.#storedNames));
      for (const row of rows) this.#store.putContent(row);
    });
    this.#storedNames = this.names.count;
  }

  /** Forgets, in memory only, what no tree has any more. */
  keep(used: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) if (!used.has(key)) this.#known.delete(key);
  }
}
