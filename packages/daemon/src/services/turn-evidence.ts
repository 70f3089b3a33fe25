import type { Item, Project, Proof, TurnId } from "@heddle/protocol";
import type { Changes, Evidence } from "../agent/turn-host.ts";
import type { Store } from "../store/store.ts";
import { daemonActor, type Journal } from "./journal.ts";
import { rows } from "./rows.ts";
import type { TurnTrees } from "./turn-trees.ts";

export interface EvidenceServices {
  readonly store: Store;
  readonly journal: Journal;
  /** Narrows a project's checks to what the changed paths affect. */
  readonly affectedTests?: (
    project: Project,
    change: { readonly checks: readonly string[]; readonly paths: readonly string[] },
  ) => Promise<readonly string[]>;
}

export interface EvidenceSubject {
  readonly turnId: TurnId;
  readonly project: Project;
  /** The commands that have to pass: the project's, and those of its plan. */
  readonly checks: readonly string[];
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
    const { trees, checks } = this.#subject;
    return trees.before(checks.some((check) => check.trim() === cmd.trim()));
  }

  async checks(paths: readonly string[]): Promise<readonly string[]> {
    const { project, checks } = this.#subject;
    const { affectedTests } = this.#services;
    return affectedTests ? await affectedTests(project, { checks, paths }) : checks;
  }

  items(): readonly Item[] {
    return this.#services.store.items.ofTurn(this.#subject.turnId);
  }

  proof(): Proof | null {
    return rows.turn(this.#services.store, this.#subject.turnId).proof;
  }

  record(proof: Proof): void {
    const { store, journal } = this.#services;
    journal.write(daemonActor, (tx) => {
      const turn = rows.turn(store, this.#subject.turnId);
      tx.record({ type: "turnUpdated", turn: { ...turn, proof } });
    });
  }
}
