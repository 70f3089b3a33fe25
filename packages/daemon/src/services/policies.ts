import type { PolicyName } from "@heddle/protocol";
import * as z from "zod";
import type { Clock } from "../os/clock.ts";
import type { Store } from "../store/store.ts";

/** What is known of an effect before it happens. */
export interface Facts {
  readonly effect: "command" | "patch" | "input";
}

const Rule = z.strictObject({
  verdict: z.enum(["allow", "ask", "deny"]),
  effects: z.array(z.enum(["command", "patch", "input"])).min(1),
  words: z.string().min(1).describe("The rule as a person reads it."),
});
export type Rule = z.infer<typeof Rule>;

export interface Decision {
  readonly verdict: Rule["verdict"];
  /** The words of the rule that decided. */
  readonly reason: string;
}

const strictness = { allow: 0, ask: 1, deny: 2 } as const;

/** Deny stands over ask, ask over allow; what no rule speaks of asks. */
export function decide(facts: Facts, rules: readonly Rule[]): Decision {
  const [strictest] = rules
    .filter(({ effects }) => effects.includes(facts.effect))
    .sort((a, b) => strictness[b.verdict] - strictness[a.verdict]);
  if (strictest === undefined) return { verdict: "ask", reason: "no rule allows it" };
  return { verdict: strictest.verdict, reason: strictest.words };
}

const everyEffect: Rule["effects"] = ["command", "patch", "input"];

const builtIn: Record<PolicyName, Rule[]> = {
  workspace: [
    {
      verdict: "allow",
      effects: everyEffect,
      words: "Commands in the box and patches in the worktree run.",
    },
  ],
  ask: [{ verdict: "ask", effects: everyEffect, words: "Each effect asks." }],
  readOnly: [
    { verdict: "allow", effects: ["command", "input"], words: "Commands run on a read-only tree." },
    { verdict: "deny", effects: ["patch"], words: "Nothing in the worktree is changed." },
  ],
};

/** Rule lists by name, kept in versions. A list that cannot be read asks for everything. */
export class Policies {
  readonly #store: Store;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    for (const [name, rules] of Object.entries(builtIn)) {
      const text = JSON.stringify(rules);
      if (store.policies.newest(name) !== text) store.policies.add(name, text, clock());
    }
  }

  decide(name: PolicyName, facts: Facts): Decision {
    return decide(facts, this.#rules(name));
  }

  #rules(name: PolicyName): Rule[] {
    try {
      return z.array(Rule).parse(JSON.parse(this.#store.policies.newest(name) ?? ""));
    } catch {
      return [{ verdict: "ask", effects: everyEffect, words: `The policy ${name} is broken.` }];
    }
  }
}
