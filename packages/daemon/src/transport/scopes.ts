import type { Scope } from "@heddle/protocol";
import { Chains } from "../services/chains.ts";

/** Runs the calls of one scope one after another, in the order in which they came. */
export class Scopes {
  readonly #chains = new Chains();

  run<T>(scope: Scope, call: () => Promise<T>): Promise<T> {
    return scope === "none" ? call() : this.#chains.run(scope, call);
  }
}
