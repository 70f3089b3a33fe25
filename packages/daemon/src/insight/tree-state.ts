import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { TreeReader } from "../os/tree-reader.ts";
import type { IndexStore, TreeFileRow } from "../store/index-store.ts";
import { BuiltIndex, type IndexEntry } from "./built-index.ts";
import type { Contents } from "./contents.ts";
import type { Incomplete, Manifest, Skipped, SkipReason, TextReader } from "./index-types.ts";
import { languageOf } from "./lex/index.ts";
import { isManifestFile, readManifests } from "./manifests/index.ts";
import { FileNames } from "./names.ts";

const maxManifestBytes = 16 * 1024 * 1024;
const maxTextBytes = 1024 * 1024;
const exampleCount = 5;

/** What changed of a tree, as far as its index cares. */
export interface TreeChange {
  readonly put: readonly TreeFileRow[];
  readonly removed: readonly string[];
}

/** The files of one tree with what is known of each; the index over them is made when it is asked for. */
export class TreeState {
  readonly root: string;
  readonly rows: Map<string, TreeFileRow>;
  readonly #store: IndexStore;
  readonly #treeId: number;
  readonly #contents: Contents;
  #skipped: ReadonlyMap<string, SkipReason> = new Map();
  #partial: Incomplete | undefined;
  #index: BuiltIndex | undefined;
  /** Changes that the index has yet to take in, when it is asked for. */
  #pending: TreeFileRow[] = [];
  #manifests: readonly Manifest[] | undefined;

  constructor({ root, store, contents }: { root: string; store: IndexStore; contents: Contents }) {
    this.root = root;
    this.#store = store;
    this.#contents = contents;
    this.#treeId = store.treeId(root);
    this.rows = new Map(store.readTree(this.#treeId).map((row) => [row.path, row]));
  }

  /** Stores a change. The index takes it in as far as that is quicker than a new one. */
  apply({ put, removed }: TreeChange): void {
    this.#store.transaction(() => {
      this.#contents.save();
      for (const row of put) this.#store.putFile(this.#treeId, row);
      for (const path of removed) this.#store.removeFile(this.#treeId, path);
    });
    const fresh = put.filter((row) => this.rows.get(row.path)?.key !== row.key);
    const isNew = put.some(({ path }) => !this.rows.has(path));
    for (const path of removed) this.rows.delete(path);
    for (const row of put) this.rows.set(row.path, row);
    const changed = [...put.map(({ path }) => path), ...removed];
    if (changed.some(isManifestFile)) this.#manifests = undefined;
    if (isNew || removed.length > 0 || changed.some(decidesImports)) this.#index = undefined;
    else this.#pending.push(...fresh);
    if (this.#index && changed.length > 0) this.#index.revision += 1;
  }

  /** Takes what was left out of the rows; the next index says so. */
  note(skipped: ReadonlyMap<string, SkipReason>, partial: Incomplete | undefined): void {
    const same = isDeepStrictEqual([...skipped], [...this.#skipped]);
    const samePart = isDeepStrictEqual(partial, this.#partial);
    this.#skipped = skipped;
    this.#partial = partial;
    if (!same || !samePart) this.#index = undefined;
  }

  get index(): BuiltIndex {
    const rows = this.#pending;
    this.#pending = [];
    for (const row of rows) {
      if (this.#index?.update(this.#entryOf(row)) === false) this.#index = undefined;
    }
    this.#index ??= this.#build();
    return this.#index;
  }

  #build(): BuiltIndex {
    const rows = [...this.rows.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#manifests ??= this.#readManifests(rows);
    return new BuiltIndex({
      root: this.root,
      entries: rows.map((row) => this.#entryOf(row)),
      names: this.#contents.names,
      manifests: this.#manifests,
      skipped: this.#countSkipped(),
      partial: this.#partial,
      openReader: () => openReader(this.root),
    });
  }

  #entryOf({ path, size, key }: TreeFileRow): IndexEntry {
    const known = key === null ? undefined : this.#contents.find(key);
    const symbols = known?.content.symbols;
    const skipped = known?.content.skipped ?? this.#skipped.get(path);
    const language = symbols?.language ?? languageOf(path);
    const file = {
      path,
      size,
      ...(language && { language }),
      ...(symbols && { symbols }),
      ...(skipped && { skipped }),
    };
    return { file, names: known?.names ?? FileNames.none };
  }

  #readManifests(rows: readonly TreeFileRow[]): Manifest[] {
    using reader = new TreeReader(this.root);
    const files = rows.flatMap(({ path }) => {
      const file = isManifestFile(path) ? reader.read(path, maxManifestBytes) : undefined;
      return file && "bytes" in file ? [{ path, text: toText(file.bytes) }] : [];
    });
    return readManifests(files);
  }

  #countSkipped(): Skipped {
    const found = new Map<SkipReason, { count: number; examples: string[] }>();
    const add = (path: string, reason: SkipReason) => {
      const entry = found.get(reason) ?? { count: 0, examples: [] };
      entry.count += 1;
      if (entry.examples.length < exampleCount) entry.examples.push(path);
      found.set(reason, entry);
    };
    for (const [path, reason] of this.#skipped) add(path, reason);
    for (const { path, key } of this.rows.values()) {
      const reason = key === null ? undefined : this.#contents.find(key)?.content.skipped;
      if (reason) add(path, reason);
    }
    return Object.fromEntries(found);
  }
}

/** Files that change where imports lead, without being imported. */
function decidesImports(path: string): boolean {
  return isManifestFile(path) || /(?:^|\/)(?:[\w.-]*tsconfig[\w.-]*|jsconfig)\.json$/.test(path);
}

/** Nothing can be read of a tree that is gone. */
function openReader(root: string): TextReader {
  const reader = existsSync(root) ? new TreeReader(root) : undefined;
  return {
    text(path, maxBytes = maxTextBytes) {
      const file = reader?.read(path, maxBytes);
      return file && "bytes" in file && !file.bytes.includes(0) ? toText(file.bytes) : undefined;
    },
    [Symbol.dispose]: () => reader?.[Symbol.dispose](),
  };
}

function toText(bytes: Buffer): string {
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}
