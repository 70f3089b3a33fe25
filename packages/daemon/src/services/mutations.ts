import { createHash, randomUUID } from "node:crypto";
import type { Actor } from "@heddle/protocol";
import { idempotencyConflict } from "../store/mutation-table.ts";
import type { Store } from "../store/store.ts";
import type { Journal, Transaction } from "./journal.ts";

/** Writes a call's changes and its result in one transaction. Every mutating call commits once. */
export type Commit = <T>(change: (tx: Transaction) => T) => T;

export interface MutatingCall {
  readonly key: string | undefined;
  readonly method: string;
  readonly params: unknown;
  readonly actor: Actor;
}

interface CallUnderWay {
  readonly method: string;
  readonly paramsHash: string;
  readonly result: Promise<unknown>;
}

/** Makes mutating calls repeatable: a key that was seen before gets the first result again. */
export class Mutations {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #underWay = new Map<string, CallUnderWay>();
  readonly #refuse: (method: string) => void;

  /** `refuse` throws for a call that cannot be taken now; one that was taken before is answered. */
  constructor(store: Store, journal: Journal, refuse: (method: string) => void = () => {}) {
    this.#store = store;
    this.#journal = journal;
    this.#refuse = refuse;
  }

  async run(
    { key = randomUUID(), method, params, actor }: MutatingCall,
    execute: (commit: Commit) => unknown,
  ): Promise<unknown> {
    const mutation = { key, method, paramsHash: hashOf(params) };
    const known = this.#store.mutations.find(mutation);
    if (known) return known.result;
    const underWay = this.#underWay.get(key);
    if (underWay) {
      if (underWay.method === method && underWay.paramsHash === mutation.paramsHash) {
        return underWay.result;
      }
      throw idempotencyConflict(key, underWay.method);
    }
    this.#refuse(method);

    let committed = false;
    const commit: Commit = (change) =>
      this.#journal.write(actor, (tx) => {
        const result = change(tx);
        this.#store.mutations.add(mutation, result, actor, tx.now);
        committed = true;
        return result;
      });
    const result = Promise.resolve(execute(commit)).then((value) => {
      if (committed) return value;
      throw new Error(`${method} mutates but committed nothing`);
    });
    this.#underWay.set(key, { method, paramsHash: mutation.paramsHash, result });
    try {
      return await result;
    } finally {
      this.#underWay.delete(key);
    }
  }
}

function hashOf(params: unknown): string {
  const { idempotencyKey: _, ...rest } = params as { idempotencyKey?: string };
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex");
}
