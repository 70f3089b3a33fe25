import {
  DaemonError,
  type Policy,
  type PolicyName,
  PolicyRule,
  type PolicyScope,
  runEnded,
  type Thread,
} from "@heddle/protocol";
import * as z from "zod";
import { type Decision, decide, type RuleInForce } from "../../policy/decide.ts";
import type { Facts } from "../../policy/facts.ts";
import { wordsOf } from "../../policy/words/read-back.ts";
import type { PolicyVersion } from "../../store/policy-tables.ts";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";

/** Where a rule stands: in a policy of the user's, or in the preset of a thread. */
export interface RuleSource {
  readonly scope: PolicyScope | null;
  readonly version: number;
}

/** For whom policies are asked. */
export interface PolicySubject {
  readonly projectId?: string | undefined;
  readonly threadId?: string | undefined;
  readonly automationId?: string | undefined;
  /** What holds where no rule speaks. */
  readonly preset: PolicyName;
}

const anything = { type: "anything" } as const;

/** What a thread does where no rule of the user's speaks. `ask` has none, so that all asks. */
const presets: Readonly<Record<PolicyName, readonly PolicyRule[]>> = {
  // What leaves the machine is seen first, unless a rule of the user's allows it.
  workspace: [{ effect: "allow", target: anything, except: [{ type: "tool", remote: true }] }],
  ask: [],
  readOnly: [
    { effect: "deny", target: { type: "change" } },
    { effect: "allow", target: { type: "command" } },
    // Of these there are only some that say they read, in a box that is mounted read-only.
    { effect: "allow", target: { type: "tool" }, except: [{ type: "tool", remote: true }] },
  ],
};

/** Rule lists by scope, kept in versions. Where one cannot be read, everything at least asks. */
export class Policies {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  subjectOf({ id, projectId, policy }: Thread): PolicySubject {
    const runs = this.#store.runs.where({ thread_id: id });
    const automationId = runs.find(({ state }) => !runEnded(state))?.automationId;
    return { projectId, threadId: id, automationId, preset: policy };
  }

  /** The policies that somebody has set for this subject, the widest first. */
  inForce(subject: Omit<PolicySubject, "preset">): Policy[] {
    return scopesOf(subject)
      .map((scope) => this.read(scope))
      .filter(({ rules, broken }) => rules.length > 0 || broken);
  }

  read(scope: PolicyScope): Policy {
    const row = this.#store.policies.newest(scope);
    return row ? policyOf(scope, row) : nothingSet(scope);
  }

  history(scope: PolicyScope, { cursor, limit }: { cursor?: string | undefined; limit: number }) {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor) || 0;
    const found = this.#store.policies.before(scope, before, limit + 1);
    const data = found.slice(0, limit).map((row) => policyOf(scope, row));
    const nextCursor = found.length > limit ? (data.at(-1)?.id ?? null) : null;
    return { data, nextCursor };
  }

  /** The rules of a scope, to set others beside them; throws where some of them cannot be read. */
  whole(scope: PolicyScope): Policy {
    const policy = this.read(scope);
    if (!policy.broken) return policy;
    const message = `the policy of ${scopeWords(scope)} cannot be read, so that no rule can be set beside the others; set all of it again`;
    throw new DaemonError("conflict", message, { scope });
  }

  /** Puts a list of rules into force, as a new version. */
  set(tx: Transaction, scope: PolicyScope, rules: readonly PolicyRule[]): Policy {
    const version = this.read(scope).version + 1;
    const policy: Policy = { ...draftOf(scope, version, rules), setBy: tx.actor, setAt: tx.now };
    tx.announce({ type: "policyChanged", policy });
    return policy;
  }

  decide(subject: PolicySubject, facts: Facts): Decision<RuleSource> {
    return decideWith(this.inForce(subject), subject, facts);
  }

  /** Whether what a command has changed has to be looked at. */
  judgesChanges(subject: PolicySubject): boolean {
    return this.rules(subject).some(judgesChanges);
  }

  /** The rules of the user's, in words, as an agent is told them. */
  words(subject: Omit<PolicySubject, "preset">): string[] {
    return this.inForce(subject).flatMap(({ rules }) => rules.map(({ words }) => words));
  }

  /** The rules of the user's. */
  rules(subject: Omit<PolicySubject, "preset">): PolicyRule[] {
    return this.inForce(subject).flatMap(({ rules }) => rules.map(({ rule }) => rule));
  }
}

/** Whether a rule speaks of changes of files, in what it is about or excepts. */
export function judgesChanges({ target, except = [] }: PolicyRule): boolean {
  return target.type === "change" || except.some(({ type }) => type === "change");
}

/** The strictest rule of all policies decides; where one cannot be read, what none denies asks. */
export function decideWith(
  policies: readonly Policy[],
  { preset }: Pick<PolicySubject, "preset">,
  facts: Facts,
): Decision<RuleSource> {
  const decision = decide(facts, [...rulesIn(policies), ...presetRules(preset)]);
  const broken = policies.find((policy) => policy.broken);
  if (broken === undefined || decision.verdict === "deny") return decision;
  const reason = `The policy of ${scopeWords(broken.scope)} cannot be read; set it again.`;
  return { verdict: "ask", reason, cited: undefined, unreadable: true };
}

function scopesOf({
  projectId,
  threadId,
  automationId,
}: Omit<PolicySubject, "preset">): PolicyScope[] {
  return [
    { type: "global" },
    ...(projectId ? [{ type: "project", projectId } as PolicyScope] : []),
    ...(automationId ? [{ type: "automation", automationId } as PolicyScope] : []),
    ...(threadId ? [{ type: "thread", threadId } as PolicyScope] : []),
  ];
}

function scopeWords(scope: PolicyScope): string {
  return scope.type === "global" ? "all projects" : `this ${scope.type}`;
}

/** A list of rules as a policy that nobody has set yet. */
export function draftOf(scope: PolicyScope, version: number, rules: readonly PolicyRule[]): Policy {
  return {
    id: String(version),
    scope,
    version,
    rules: rules.map((rule) => ({ rule, words: wordsOf(rule) })),
    broken: false,
    setBy: null,
    setAt: null,
  };
}

const nothingSet = (scope: PolicyScope): Policy => draftOf(scope, 0, []);

function policyOf(scope: PolicyScope, { version, rules, actor, at }: PolicyVersion): Policy {
  const setBy = JSON.parse(actor) as Policy["setBy"];
  const { readable, broken } = readRules(rules);
  return { ...draftOf(scope, version, readable), broken, setBy, setAt: at };
}

/** Those that can be read still forbid what they forbid. */
function readRules(text: string): { readable: PolicyRule[]; broken: boolean } {
  try {
    const stored = z.array(z.unknown()).parse(JSON.parse(text));
    const readable = stored.flatMap((rule) => PolicyRule.safeParse(rule).data ?? []);
    return { readable, broken: readable.length < stored.length };
  } catch {
    return { readable: [], broken: true };
  }
}

function rulesIn(policies: readonly Policy[]): RuleInForce<RuleSource>[] {
  return policies.flatMap(({ scope, version, rules }) =>
    rules.map(({ rule }) => ({ rule, source: { scope, version } })),
  );
}

function presetRules(preset: PolicyName): RuleInForce<RuleSource>[] {
  return presets[preset].map((rule) => ({ rule, source: { scope: null, version: 0 } }));
}
