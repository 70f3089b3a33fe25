import type { Proof, Thread, Turn } from "@heddle/protocol";
import type { Changes } from "../agent/turn-host.ts";
import { contentAt, treeOf } from "../os/git-objects.ts";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import { type Snapshot, takeSnapshot } from "./git/commits.ts";
import { changedPaths } from "./git/diffs.ts";

export interface TreesServices {
  readonly store: Store;
  readonly sandbox: Sandbox;
}

export interface TreesSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
  readonly signal: AbortSignal;
}

/**
 * The trees that the worktree of a turn goes through, as far as the proof needs them. A tree stays
 * known until the next effect; what was looked at last is what the turn's commit is made of.
 */
export class TurnTrees implements AsyncDisposable {
  readonly #services: TreesServices;
  readonly #subject: TreesSubject;
  #first: string | undefined;
  #known: string | undefined;
  #snapshot: Snapshot | undefined;
  /** Whether the last effect was a command that passed, so that somebody may claim it. */
  #claimable = false;

  constructor(services: TreesServices, subject: TreesSubject) {
    this.#services = services;
    this.#subject = subject;
  }

  /** The tree that the turn begins with. */
  begin(tree: string): void {
    this.#first = tree;
    this.#known = tree;
  }

  /** Something is about to change the files. */
  touch(): void {
    this.#known = undefined;
    this.#claimable = false;
  }

  commandEnded(exitCode: number | null): void {
    this.#claimable = exitCode === 0;
  }

  /** The tree on which a command begins, if it is known, or asked for because the command is a check. */
  async before(isCheck: boolean): Promise<string | undefined> {
    const tree = isCheck || this.#claimable ? await this.now() : this.#known;
    this.touch();
    return tree;
  }

  /** The tree as it is at this moment, also where something in the background changes files. */
  look(): Promise<string> {
    this.#known = undefined;
    return this.now();
  }

  async now(): Promise<string> {
    if (this.#known !== undefined) return this.#known;
    await this.#drop();
    const { sandbox } = this.#services;
    this.#snapshot = await takeSnapshot(sandbox.git, this.#subject.checkout);
    this.#known = this.#snapshot.tree;
    return this.#snapshot.tree;
  }

  async changes(): Promise<Changes> {
    const [treeHash, first] = await Promise.all([this.now(), this.begun()]);
    if (treeHash === first) return { treeHash, files: [] };
    const paths = await changedPaths(this.#subject.checkout.gitDir, first, treeHash);
    return { treeHash, files: paths.map(({ path, status }) => ({ path, kind: kindOf(status) })) };
  }

  /** A file as the turn found it. */
  async contentBefore(path: string): Promise<Buffer | undefined> {
    return await contentAt(this.#subject.checkout.gitCommonDir, await this.begun(), path);
  }

  /** Gives the tree that was proven to the commit, if it was looked at last. */
  async takeProven(proof: Proof | null): Promise<Snapshot | undefined> {
    const isProven = this.#snapshot && (await this.isProven(proof, this.#snapshot.tree));
    return isProven ? await this.takeSnapshot() : undefined;
  }

  /** Whether a proof is of this tree; one of nothing is of what the turn found. */
  async isProven(proof: Proof | null, tree: string): Promise<boolean> {
    return tree === (proof?.treeHash ?? (await this.begun()));
  }

  /** Gives the tree as it is to the commit. */
  async takeSnapshot(): Promise<Snapshot> {
    const tree = await this.now();
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    if (snapshot?.tree === tree) return snapshot;
    return await takeSnapshot(this.#services.sandbox.git, this.#subject.checkout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop();
  }

  /** The tree that the turn began with. A resumed one had its checkpoint from an earlier daemon. */
  async begun(): Promise<string> {
    const { store } = this.#services;
    const { turn, checkout } = this.#subject;
    const commit = store.checkpoints.find(turn.id)?.commit ?? "HEAD";
    this.#first ??= await treeOf(checkout.gitCommonDir, commit);
    return this.#first;
  }

  async #drop(): Promise<void> {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    await snapshot?.index[Symbol.asyncDispose]();
  }
}

function kindOf(status: string): Changes["files"][number]["kind"] {
  return status === "A" ? "added" : status === "D" ? "deleted" : "changed";
}
