import { isDeepStrictEqual } from "node:util";
import type { Item, Project, Proof, Thread, Turn } from "@heddle/protocol";
import type { Changes, CommandItem, Evidence } from "../agent/turn-host.ts";
import type { Store } from "../store/store.ts";
import { type BaseChecks, type CheckFailure, failureOf } from "./base-checks.ts";
import { daemonActor, type Journal } from "./journal.ts";
import { rows } from "./rows.ts";
import type { TurnTrees } from "./turn-trees.ts";

export interface EvidenceServices {
  readonly store: Store;
  readonly journal: Journal;
  readonly baseChecks: BaseChecks;
}

export interface EvidenceSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly project: Project;
  /** The commands that have to pass: the project's, and those of its plan. */
  readonly checks: readonly string[];
  readonly signal: AbortSignal;
  readonly trees: TurnTrees;
  readonly hadEffects: () => boolean;
}

/** What the completion gate can know of one turn. */
export class TurnEvidence implements Evidence {
  readonly #services: EvidenceServices;
  readonly #subject: EvidenceSubject;

  constructor(services: EvidenceServices, subject: EvidenceSubject) {
    this.#services = services;
    this.#subject = subject;
  }

  async changes(): Promise<Changes> {
    const { trees, hadEffects } = this.#subject;
    return hadEffects() ? await trees.changes() : { treeHash: undefined, files: [] };
  }

  before(path: string): Promise<Buffer | undefined> {
    return this.#subject.trees.contentBefore(path);
  }

  treeBefore(cmd: string): Promise<string | undefined> {
    const isCheck = this.checks().some((check) => check.trim() === cmd.trim());
    return this.#subject.trees.before(isCheck);
  }

  checks(): readonly string[] {
    return this.#subject.checks;
  }

  /** The tree that the turn found may hold what earlier turns broke; the thread's base does not. */
  async failedBefore(item: CommandItem, check = item.cmd): Promise<string | undefined> {
    const { store, baseChecks } = this.#services;
    const { turn, thread, project, signal } = this.#subject;
    const commands = [...this.#checksBefore(check), item.cmd];
    const failure = this.#failureOf(item);
    const found = store.checkpoints.find(turn.id)?.commit;
    const base = thread.baseCommit;
    if (!failure || !found || !base) return undefined;
    for (const commit of [base, found]) {
      const asked = { turn, thread, project, commit, commands, signal };
      if (!isDeepStrictEqual(await baseChecks.failure(asked), failure)) return undefined;
    }
    return base;
  }

  items(): readonly Item[] {
    return this.#services.store.items.ofTurn(this.#subject.turn.id);
  }

  proof(): Proof | null {
    return rows.turn(this.#services.store, this.#subject.turn.id).proof;
  }

  record(proof: Proof): void {
    const { store, journal } = this.#services;
    journal.write(daemonActor, (tx) => {
      const turn = rows.turn(store, this.#subject.turn.id);
      tx.record({ type: "turnUpdated", turn: { ...turn, proof } });
    });
  }

  /** A check may need what those before it leave behind. */
  #checksBefore(check: string): readonly string[] {
    const checks = this.checks();
    return checks.slice(0, checks.indexOf(check));
  }

  #failureOf({ id, exitCode, stopReason, cwd }: CommandItem): CheckFailure | undefined {
    const output = this.#services.store.items.text(id) ?? "";
    return failureOf({ exitCode: stopReason === null ? exitCode : null, output, worktree: cwd });
  }
}
