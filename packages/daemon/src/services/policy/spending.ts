import type { PolicyEffect, SpendingLimit } from "@heddle/protocol";
import { passedLimits } from "../../policy/decide.ts";
import type { Circumstances } from "../../policy/facts.ts";
import { wordsOf } from "../../policy/words/read-back.ts";
import type { Policies, PolicySubject } from "./policies.ts";

/** A rule about money whose limit is passed. */
export interface Overspent {
  readonly effect: PolicyEffect;
  readonly words: string;
  readonly limit: SpendingLimit;
  readonly spentUsd: number;
}

/**
 * The rules about money in one turn. What a request will cost is known when it is over, so that
 * they are held before the next one. Who is asked is asked again once as much again was spent.
 */
export class TurnSpending {
  readonly #policies: Policies;
  readonly #for: PolicySubject;
  readonly #accepted = new Map<string, number>();

  constructor(policies: Policies, subject: PolicySubject) {
    this.#policies = policies;
    this.#for = subject;
  }

  /** The rule that holds up the next request, if one does. */
  overspent(now: Circumstances): Overspent | undefined {
    const passed = passedLimits(this.#policies.rules(this.#for), now).map(({ rule, limit }) => ({
      effect: rule.effect,
      words: wordsOf(rule),
      limit,
      spentUsd: now.costUsd[limit.per],
    }));
    return (
      passed.find(({ effect }) => effect === "deny") ?? passed.find((over) => this.#isDue(over))
    );
  }

  accept({ words, limit, spentUsd }: Overspent): void {
    // What is counted since the last approval begins anew by itself.
    if (limit.per !== "sinceLastApproval") this.#accepted.set(words, spentUsd);
  }

  #isDue({ words, limit, spentUsd }: Overspent): boolean {
    const accepted = this.#accepted.get(words);
    return accepted === undefined || spentUsd - accepted > limit.overUsd;
  }
}
