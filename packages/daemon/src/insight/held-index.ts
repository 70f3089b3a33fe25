import { isDamage } from "../store/database.ts";
import { openIndexStore, removeIndexStore } from "../store/index-store.ts";
import { allQueries } from "./all-queries.ts";
import type { BuiltIndex } from "./built-index.ts";
import type { IndexCall } from "./index-messages.ts";
import { indexVersion } from "./index-version.ts";
import { ProjectIndex } from "./project-index.ts";

const progressEveryMs = 100;
const tidyAfterMs = 2_000;

export type SayProgress = (done: number, total: number) => void;

/** The index of one project in the thread of all: its calls are done in their order. */
export class HeldIndex {
  readonly #database: string;
  #index: ProjectIndex | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #tidying: NodeJS.Timeout | undefined;

  constructor(database: string) {
    this.#database = database;
  }

  /** One after the other: a question waits for the refresh before it. */
  call(call: IndexCall, say: SayProgress): Promise<unknown> {
    clearTimeout(this.#tidying);
    const result = this.#last.then(() => this.#runTwice(call, say));
    const tidyLater = () => this.#tidyLater();
    this.#last = result.then(tidyLater, tidyLater);
    return result;
  }

  /** What is damaged is thrown away: it can be computed again. */
  async #runTwice(call: IndexCall, say: SayProgress): Promise<unknown> {
    try {
      return await this.#run(call, say);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#close();
      removeIndexStore(this.#database);
      return await this.#run(call, say);
    }
  }

  async #run(call: IndexCall, say: SayProgress): Promise<unknown> {
    switch (call.type) {
      case "refresh": {
        const { root, listing } = call;
        return await this.#open().refresh({ root, listing, onProgress: nowAndThen(say) });
      }
      case "change":
        return this.#open().change(call.root, call.paths);
      case "keepTrees":
        return this.#open().keepTrees(call.roots);
      case "ask": {
        const answer = allQueries[call.query] as (index: BuiltIndex, params: unknown) => unknown;
        return await answer(this.#open().indexOf(call.root), call.params);
      }
      case "close":
        return this.#close();
    }
  }

  #open(): ProjectIndex {
    this.#index ??= new ProjectIndex(openIndexStore(this.#database, indexVersion));
    return this.#index;
  }

  #close(): void {
    this.#index?.[Symbol.dispose]();
    this.#index = undefined;
  }

  /** What takes time and changes no answer is done when nobody has asked for a while. */
  #tidyLater(): void {
    clearTimeout(this.#tidying);
    if (this.#index) this.#tidying = setTimeout(() => this.#index?.tidy(), tidyAfterMs);
  }
}

function nowAndThen(say: SayProgress): SayProgress {
  let said = Date.now();
  return (done, total) => {
    if (Date.now() - said < progressEveryMs) return;
    said = Date.now();
    say(done, total);
  };
}
