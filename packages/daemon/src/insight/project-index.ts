import { availableParallelism } from "node:os";
import { TreeReader } from "../os/tree-reader.ts";
import type { IndexStore, TreeFileRow } from "../store/index-store.ts";
import type { BuiltIndex } from "./built-index.ts";
import { Contents } from "./contents.ts";
import { digestFile } from "./digest.ts";
import { type LexedFile, LexPool } from "./lex-pool.ts";
import { isOther, type Limits, RefreshPlan, usualLimits } from "./refresh-plan.ts";
import { writeContent } from "./stored-content.ts";
import { TreeState } from "./tree-state.ts";
import { type Listing, parseGitListing, walkFolders } from "./walk.ts";

/** So few files are read at once rather than in threads, which take time to start. */
const inlineFiles = 48;
/** On two cores a second one would take from this thread, and be compiled once more. */
const threads = availableParallelism() > 2 ? 2 : 1;
/** Contents that no tree has are kept for a while: branches come back. */
const sparedContents = 20_000;

export interface RefreshRequest {
  readonly root: string;
  /** What git answered to `listingArgs`; without it the folders are walked. */
  readonly listing?: Uint8Array | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface RefreshSummary {
  readonly files: number;
  /** How many files were read for this. */
  readonly read: number;
  /** How many rows are other ones than before. */
  readonly changed: number;
}

/** The index of a project: its trees share what was found in their contents. */
export class ProjectIndex implements Disposable {
  readonly #store: IndexStore;
  readonly #limits: Limits;
  readonly #contents: Contents;
  readonly #trees = new Map<string, TreeState>();
  #algorithm: "sha1" | "sha256" = "sha1";

  constructor(store: IndexStore, limits: Limits = usualLimits) {
    this.#store = store;
    this.#limits = limits;
    this.#contents = new Contents(store);
  }

  /** The index of a tree as it was when it was last brought up to date. */
  indexOf(root: string): BuiltIndex {
    return this.#tree(root).index;
  }

  /** Brings a tree's rows up to its files. Only what changed is read. */
  async refresh(request: RefreshRequest): Promise<RefreshSummary> {
    using reader = new TreeReader(request.root);
    const { listing } = request;
    const { files } = this.#limits;
    const listed = listing
      ? parseGitListing(Buffer.from(listing), files)
      : walkFolders(reader, files);
    this.#algorithm = algorithmOf(listed) ?? this.#algorithm;
    const tree = this.#tree(request.root);
    // Where nothing is known all is read: the threads start while the files are looked at.
    const isNew = this.#contents.isEmpty && listed.candidates.length > inlineFiles;
    await using early = isNew ? this.#startLexers(tree) : undefined;
    const plan = this.#planFor(tree, reader, listed.skipped);
    for (const candidate of listed.candidates) plan.add(candidate);
    if (plan.read.length <= inlineFiles) this.#readInline(plan, reader);
    else {
      await using lexers = early ?? this.#startLexers(tree);
      await this.#readInThreads(lexers, plan, request);
    }
    const removed = [...tree.rows.keys()].filter((path) => !plan.rows.has(path));
    const summary = store(tree, { plan, removed });
    tree.note(plan.skipped, plan.incomplete(listed));
    if (plan.read.length > 0) this.#forgetUnused();
    return summary;
  }

  /** Brings the rows of a few files up to date: those that somebody changed. */
  change(root: string, paths: readonly string[]): RefreshSummary {
    const tree = this.#tree(root);
    using reader = new TreeReader(root);
    const plan = this.#planFor(tree, reader);
    for (const path of new Set(paths)) plan.add({ path });
    this.#readInline(plan, reader);
    const removed = paths.filter((path) => tree.rows.has(path) && !plan.rows.has(path));
    return store(tree, { plan, removed });
  }

  /** Forgets all trees but these. */
  keepTrees(roots: readonly string[]): void {
    for (const root of this.#trees.keys()) if (!roots.includes(root)) this.#trees.delete(root);
    this.#store.keepTrees(roots);
    this.#forgetUnused();
  }

  /** Does what changes no answer: forgets contents of old, and moves what is written to its place. */
  tidy(): void {
    this.#store.prune(sparedContents);
    this.#store.checkpoint();
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  #tree(root: string): TreeState {
    const known = this.#trees.get(root);
    if (known) return known;
    const tree = new TreeState({ root, store: this.#store, contents: this.#contents });
    this.#trees.set(root, tree);
    return tree;
  }

  #planFor(tree: TreeState, reader: TreeReader, skipped: Listing["skipped"] = []): RefreshPlan {
    const rowOf = (path: string) => tree.rows.get(path);
    const known = { reader, rowOf, hasContent: (key: string) => this.#has(key) };
    return new RefreshPlan(known, this.#limits, skipped);
  }

  #has(key: string): boolean {
    return this.#contents.find(key) !== undefined;
  }

  #startLexers({ root, rows }: TreeState): LexPool {
    const known = [...rows.values()].flatMap(({ key }) => key ?? []);
    return new LexPool({ root, algorithm: this.#algorithm, known }, threads);
  }

  async #readInThreads(
    lexers: LexPool,
    plan: RefreshPlan,
    { onProgress }: RefreshRequest,
  ): Promise<void> {
    let done = 0;
    await lexers.lex({
      paths: plan.read,
      names: this.#contents.names,
      onFiles: (files) => {
        this.#take(files, plan);
        done += files.length;
        onProgress?.(done, plan.read.length);
      },
    });
  }

  #take(files: readonly LexedFile[], plan: RefreshPlan): void {
    for (const file of files) {
      if ("refused" in file) {
        plan.refuse(file.path, file.refused);
        continue;
      }
      const { path, key, stamp, body, names } = file;
      if (body !== undefined && names) this.#contents.add(key, body, names);
      plan.settle(path, stamp, key);
    }
  }

  #readInline(plan: RefreshPlan, reader: TreeReader): void {
    const options = {
      numbers: this.#contents.numbers,
      algorithm: this.#algorithm,
      isKnown: (key: string) => this.#has(key),
    };
    for (const path of plan.read) {
      const digest = digestFile(reader, path, options);
      if ("refused" in digest) {
        plan.refuse(path, digest.refused);
        continue;
      }
      const { key, stamp } = digest;
      if ("content" in digest) {
        this.#contents.add(key, writeContent(digest.content), digest.names);
      }
      plan.settle(path, stamp, key);
    }
  }

  #forgetUnused(): void {
    const used = new Set<string>();
    for (const { rows } of this.#trees.values()) {
      for (const { key } of rows.values()) if (key !== null) used.add(key);
    }
    this.#contents.keep(used);
  }
}

function algorithmOf({ candidates }: Listing): "sha1" | "sha256" | undefined {
  const blob = candidates.find((candidate) => candidate.blob !== undefined)?.blob;
  if (blob === undefined) return undefined;
  return blob.length === 64 ? "sha256" : "sha1";
}

function store(
  tree: TreeState,
  { plan, removed }: { plan: RefreshPlan; removed: readonly string[] },
): RefreshSummary {
  const isChanged = (row: TreeFileRow) => isOther(row, tree.rows.get(row.path));
  const put = [...plan.rows.values()].filter(isChanged);
  tree.apply({ put, removed });
  return { files: tree.rows.size, read: plan.read.length, changed: put.length + removed.length };
}
