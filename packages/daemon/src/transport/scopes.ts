import type { Scope } from "@heddle/protocol";

/** Runs the calls of one scope one after another, in the order in which they came. */
export class Scopes {
  readonly #tails = new Map<Scope, Promise<unknown>>();

  async run<T>(scope: Scope, call: () => Promise<T>): Promise<T> {
    if (scope === "none") return call();
    const before = this.#tails.get(scope) ?? Promise.resolve();
    const result = before.then(call, call);
    this.#tails.set(scope, result);
    try {
      return await result;
    } finally {
      if (this.#tails.get(scope) === result) this.#tails.delete(scope);
    }
  }
}
