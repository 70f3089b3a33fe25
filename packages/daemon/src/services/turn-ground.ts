import { DaemonError, type ItemId, type Thread, type Turn } from "@heddle/protocol";
import { isReadOnly } from "../agent/phases/phase.ts";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { SpoolFile } from "../os/spool-file.ts";
import type { Box, Sandbox } from "../sandbox/types.ts";
import type { Store } from "../store/store.ts";
import type { Boxes } from "./boxes.ts";
import { checkpoint } from "./git/checkpoints.ts";
import { daemonActor, type Journal } from "./journal.ts";
import type { Spools } from "./spools.ts";

export interface GroundServices {
  readonly store: Store;
  readonly journal: Journal;
  readonly sandbox: Sandbox;
  readonly boxes: Boxes;
  readonly spools: Spools;
}

export interface GroundSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
}

/** Where one turn has its effects: behind a checkpoint, in a box. Disposing ends the box. */
export class TurnGround implements AsyncDisposable {
  readonly #services: GroundServices;
  readonly #subject: GroundSubject;
  readonly #checkpointed: (tree: string) => void;
  #box: Promise<Box> | undefined;
  #prepared: Promise<void> | undefined;

  /** `checkpointed` is told the tree that the turn begins with. */
  constructor(
    services: GroundServices,
    subject: GroundSubject,
    checkpointed: (tree: string) => void,
  ) {
    this.#services = services;
    this.#subject = subject;
    this.#checkpointed = checkpointed;
  }

  /** Begins to make the checkpoint and to prove the box, once. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare();
    this.#prepared.catch(() => {});
    return this.#prepared;
  }

  /** A box that was lost, for using too much for example, is followed by a new one. */
  box(): Promise<Box> {
    const open = () => this.#open();
    this.#box = this.#box?.then((box) => (box.lost ? open() : box), open) ?? open();
    return this.#box;
  }

  spool(itemId: ItemId): SpoolFile {
    return this.#services.spools.begin(this.#subject.thread.id, itemId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prepared?.catch(() => {});
    const box = await this.#box?.catch(() => undefined);
    await box?.[Symbol.asyncDispose]();
  }

  #open(): Promise<Box> {
    const { thread, checkout } = this.#subject;
    const { boxes, store } = this.#services;
    const looksOnly = thread.policy === "readOnly" || isReadOnly(this.#subject.turn.mode);
    const access = looksOnly ? "ro" : "rw";
    return boxes.open({ thread, checkout, lent: store.threads.lent(thread.id), access });
  }

  async #prepare(): Promise<void> {
    const { sandbox, store, journal } = this.#services;
    const { thread, turn, checkout } = this.#subject;
    // A resumed turn had its checkpoint before its first effect.
    if (store.checkpoints.find(turn.id)) {
      await sandbox.prove();
      return;
    }
    const [proofs, { commit, tree }] = await Promise.all([
      sandbox.prove(),
      checkpoint(sandbox.git, checkout, { threadId: thread.id, turnId: turn.id }),
    ]);
    const broken = proofs.find(({ passed }) => !passed);
    if (broken) {
      const message = `the sandbox is not tight (${broken.name}: ${broken.detail}); run \`heddle doctor\``;
      throw new DaemonError("sandboxUnavailable", message, { proof: broken.name });
    }
    journal.write(daemonActor, ({ now }) =>
      store.checkpoints.put({ turnId: turn.id, threadId: thread.id, commit }, now),
    );
    this.#checkpointed(tree);
  }
}
