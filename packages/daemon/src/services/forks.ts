import {
  DaemonError,
  type Item,
  ItemId,
  type Methods,
  newId,
  type ParamsOf,
  type Thread,
  type Turn,
  TurnId,
  turnEnded,
} from "@heddle/protocol";
import { mergeBase } from "../os/git-objects.ts";
import { type RefChange, updateRefs } from "../os/git-refs.ts";
import type { Store } from "../store/store.ts";
import { checkpointRef } from "./git/checkpoints.ts";
import type { Transaction } from "./journal.ts";
import type { Commit } from "./mutations.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import type { Threads } from "./threads.ts";

export interface ForksOptions {
  readonly store: Store;
  readonly projects: Projects;
  readonly threads: Threads;
}

interface Copy {
  readonly turn: Turn;
  readonly id: TurnId;
}

/** Threads that go on from a turn of another one. */
export class Forks {
  readonly #options: ForksOptions;

  constructor(options: ForksOptions) {
    this.#options = options;
  }

  /** The new thread has all turns as far as that one: files, commits, items and history. */
  async fork(params: ParamsOf<Methods, "thread/fork">, commit: Commit): Promise<Thread> {
    const { store, projects, threads } = this.#options;
    const from = rows.thread(store, params.threadId);
    const project = await projects.granted(from.projectId, "rw");
    const { gitCommonDir } = await projects.checkout(project);
    const turns = this.#turnsUpTo(from, params.turnId);
    const last = turns.at(-1);
    if (last === undefined) {
      throw new DaemonError("notFound", `${from.id} has no turn that has ended to fork from`);
    }
    const made = turns.findLast((turn) => turn.commit !== null)?.commit ?? null;
    const base = made && (await mergeBase(gitCommonDir, from.baseCommit, made));
    const copies = turns.map((turn) => ({ turn, id: newId(TurnId) }));
    const thread = commit((tx) => {
      const { target, policy } = from;
      const forked = threads.create(tx, {
        project,
        title: params.title ?? `${from.title} (fork)`,
        target,
        policy,
        baseCommit: base ?? from.baseCommit,
        unlandedCommit: made,
        forkedFrom: { threadId: from.id, turnId: last.id },
      });
      for (const copy of copies) this.#copyTurn(tx, { from, to: forked }, copy);
      return rows.thread(store, forked.id);
    });
    await updateRefs(gitCommonDir, this.#checkpointRefs(thread, copies), "heddle: fork");
    return thread;
  }

  #turnsUpTo({ id }: Thread, given: string | undefined): Turn[] {
    const { store } = this.#options;
    const turns = store.turns.where({ thread_id: id });
    const at =
      given === undefined
        ? turns.findLastIndex(({ state }) => turnEnded(state))
        : turns.findIndex((turn) => turn.id === given);
    if (given !== undefined && at < 0) {
      throw new DaemonError("notFound", `${id} has no turn ${given}`, { turnId: given });
    }
    const chosen = turns.slice(0, at + 1);
    const open = chosen.find(({ state }) => !turnEnded(state));
    if (open === undefined) return chosen;
    throw new DaemonError("threadBusy", `${open.id} has not ended; fork from an earlier turn`);
  }

  #copyTurn(tx: Transaction, { from, to }: { from: Thread; to: Thread }, { turn, id }: Copy): void {
    const { store } = this.#options;
    const plan = null;
    tx.record({ type: "turnCompleted", turn: { ...turn, id, threadId: to.id, plan } });
    for (const item of store.items.ofTurn(turn.id)) {
      const copied: Item = { ...item, id: newId(ItemId), threadId: to.id, turnId: id };
      tx.record({ type: "itemCompleted", item: copied }, store.items.text(item.id));
    }
    const ids = { from: from.id, to: to.id, fromTurn: turn.id, toTurn: id };
    store.history.copyTurn(ids);
    const checkpoint = store.checkpoints.find(turn.id);
    if (checkpoint) {
      store.checkpoints.put({ turnId: id, threadId: to.id, commit: checkpoint.commit }, tx.now);
    }
  }

  /** What the fork can be taken back to is kept, also when the thread that it came from is gone. */
  #checkpointRefs({ id }: Thread, copies: readonly Copy[]): RefChange[] {
    return copies.flatMap((copy) => {
      const checkpoint = this.#options.store.checkpoints.find(copy.id);
      return checkpoint ? [{ ref: checkpointRef(id, copy.id), to: checkpoint.commit }] : [];
    });
  }
}
