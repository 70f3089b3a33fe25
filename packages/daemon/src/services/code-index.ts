import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Queries, QueryParams, QueryResult } from "../insight/all-queries.ts";
import { type IndexedProject, IndexThread, type OnProgress } from "../insight/index-thread.ts";
import type { RefreshSummary } from "../insight/project-index.ts";
import { listingArgs } from "../insight/walk.ts";
import type { Checkout, RunBoxedGit } from "../sandbox/types.ts";
import { runBoxed } from "./git/boxed.ts";

/** A tree to be understood: a project's own checkout, the worktree of a thread, or a plain folder. */
export interface CodeTree {
  /** Trees with the same owner share what is known of their contents: the id of the project. */
  readonly owner: string;
  readonly root: string;
  /** Absent where no git is; then the folders are walked. */
  readonly checkout?: Checkout;
}

/** A tree whose index is up to date as of when it was opened. */
export interface OpenTree {
  readonly summary: RefreshSummary;
  ask<Kind extends keyof Queries>(
    query: Kind,
    params: QueryParams<Kind>,
  ): Promise<QueryResult<Kind>>;
}

export interface CodeIndexOptions {
  /** Where the index of each project is kept; all of it can be computed again. */
  readonly directory: string;
  readonly git: RunBoxedGit;
  /** How long an index that nobody asks is held in memory. */
  readonly idleMs?: number;
}

const usualIdleMs = 10 * 60_000;

interface Held {
  readonly project: IndexedProject;
  /** By root: the refresh that runs, and the one that waits for it. */
  readonly refreshes: Map<string, Refreshes>;
  idle: NodeJS.Timeout | undefined;
}

interface Refreshes {
  readonly running: Promise<RefreshSummary>;
  next?: Promise<RefreshSummary>;
}

/** The code index of every project, all in one thread, each for as long as it is used. */
export class CodeIndex implements AsyncDisposable {
  readonly #options: CodeIndexOptions;
  readonly #held = new Map<string, Held>();
  #thread: IndexThread | undefined;

  constructor(options: CodeIndexOptions) {
    this.#options = options;
  }

  /** Brings the index of a tree up to its files; callers at the same time share the work. */
  async open(tree: CodeTree, onProgress?: OnProgress): Promise<OpenTree> {
    const held = this.#hold(tree.owner);
    const summary = await this.#refresh(held, tree, onProgress);
    return {
      summary,
      ask: (query, params) => this.#hold(tree.owner).project.ask(tree.root, query, params),
    };
  }

  /** Takes in files that somebody just changed, without looking at all of the tree. */
  async changed({ owner, root }: CodeTree, paths: readonly string[]): Promise<RefreshSummary> {
    return await this.#hold(owner).project.change(root, paths);
  }

  /** Forgets all trees of an owner but these. */
  async keepTrees(owner: string, roots: readonly string[]): Promise<void> {
    await this.#hold(owner).project.keepTrees(roots);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { idle } of this.#held.values()) clearTimeout(idle);
    this.#held.clear();
    await this.#endThread();
  }

  #hold(owner: string): Held {
    const known = this.#held.get(owner);
    if (known?.project.alive) {
      this.#used(owner, known);
      return known;
    }
    const thread = this.#thread?.alive ? this.#thread : new IndexThread();
    this.#thread = thread;
    const project = thread.project(join(this.#options.directory, `${fileName(owner)}.db`));
    const held: Held = { project, refreshes: new Map(), idle: undefined };
    this.#held.set(owner, held);
    this.#used(owner, held);
    return held;
  }

  #used(owner: string, held: Held): void {
    clearTimeout(held.idle);
    const drop = () => {
      if (held.project.busy) this.#used(owner, held);
      else if (this.#held.get(owner) === held) void this.#drop(owner, held);
    };
    held.idle = setTimeout(drop, this.#options.idleMs ?? usualIdleMs).unref();
  }

  /** The thread ends with its last project. */
  async #drop(owner: string, { project }: Held): Promise<void> {
    this.#held.delete(owner);
    if (this.#held.size === 0) await this.#endThread();
    else await project[Symbol.asyncDispose]();
  }

  async #endThread(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.[Symbol.asyncDispose]();
  }

  /** A refresh that has begun may have passed a change by, so a caller waits for the next one. */
  #refresh(held: Held, tree: CodeTree, onProgress?: OnProgress): Promise<RefreshSummary> {
    const { refreshes } = held;
    const known = refreshes.get(tree.root);
    if (known?.next !== undefined) return known.next;
    const start = () => {
      const running = this.#refreshNow(held, tree, onProgress).finally(() => {
        if (refreshes.get(tree.root)?.running === running) refreshes.delete(tree.root);
      });
      refreshes.set(tree.root, { running });
      return running;
    };
    if (!known) return start();
    known.next = known.running.then(start, start);
    return known.next;
  }

  async #refreshNow(
    { project }: Held,
    { root, checkout }: CodeTree,
    onProgress?: OnProgress,
  ): Promise<RefreshSummary> {
    if (!checkout) return await project.refresh(root, undefined, onProgress);
    const { git } = this.#options;
    const { stdout } = await runBoxed(git, { checkout, args: listingArgs, access: "read" });
    return await project.refresh(root, stdout, onProgress);
  }
}

/** An id as it is; anything else, such as a path, by its hash. */
function fileName(owner: string): string {
  if (/^[\w-]{1,80}$/.test(owner)) return owner;
  return createHash("sha256").update(owner).digest("hex").slice(0, 32);
}
