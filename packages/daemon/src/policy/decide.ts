import {
  type PolicyEffect,
  type PolicyRule,
  type PolicyTime,
  type SpendingLimit,
  Weekday,
} from "@heddle/protocol";
import type { Circumstances, Facts, Part } from "./facts.ts";
import { isExactly, matches } from "./match.ts";
import type { Match } from "./match-commands.ts";
import { wordsOf } from "./words/read-back.ts";

/** A rule with where it comes from; `source` is undefined for what a policy says of all the rest. */
export interface RuleInForce<Source = unknown> {
  readonly rule: PolicyRule;
  readonly source: Source;
}

export interface Decision<Source = unknown> {
  readonly verdict: PolicyEffect;
  /** Why, in words: the rule, or that there is none. */
  readonly reason: string;
  /** The rule that decided. */
  readonly cited: RuleInForce<Source> | undefined;
  /** Nobody can tell whether the rule applies. */
  readonly doubtful?: true;
  /** A policy cannot be read, so that no further rule would let it pass. */
  readonly unreadable?: true;
}

/** The effects of rules in the order in which one stands over another. */
export const strictness = { allow: 0, ask: 1, deny: 2 } as const;

/**
 * Decides over an action by the strictest of all rules: deny stands over ask, ask over allow, and
 * what no rule speaks of asks. Each part of the action is judged by itself.
 */
export function decide<Source>(
  facts: Facts,
  rules: readonly RuleInForce<Source>[],
): Decision<Source> {
  const inTime = rules.filter(({ rule }) => holds(rule.when, facts));
  const decisions = facts.parts.map((part) => decidePart(part, facts, inTime));
  const [strictest] = decisions.sort((a, b) => strictness[b.verdict] - strictness[a.verdict]);
  return strictest ?? { verdict: "allow", reason: "It does nothing.", cited: undefined };
}

/** The rules that forbid, or ask, because more was spent than they let be. */
export function passedLimits(
  rules: readonly PolicyRule[],
  now: Circumstances,
): { rule: PolicyRule; limit: SpendingLimit }[] {
  return rules.flatMap((rule) => {
    const { target: limit, effect, when } = rule;
    if (limit.type !== "spending" || effect === "allow" || !holds(when, now)) return [];
    return now.costUsd[limit.per] > limit.overUsd ? [{ rule, limit }] : [];
  });
}

function decidePart<Source>(
  part: Part,
  facts: Facts,
  rules: readonly RuleInForce<Source>[],
): Decision<Source> {
  const of = (effect: PolicyEffect) => rules.filter(({ rule }) => rule.effect === effect);
  const found = (effect: PolicyEffect, match: "yes" | "maybe") =>
    of(effect).find(({ rule }) => applies(rule, part, facts) === match);
  const certain = found("deny", "yes") ?? found("ask", "yes");
  if (certain)
    return { verdict: certain.rule.effect, reason: wordsOf(certain.rule), cited: certain };
  const allowed = of("allow").filter(({ rule }) => isAllowed(rule, part, facts));
  const doubtful = found("deny", "maybe") ?? found("ask", "maybe");
  const isNamed =
    allowed.some(({ rule }) => namesIt(rule, part)) || (part.type === "command" && part.isCheck);
  if (doubtful && !isNamed)
    return { verdict: "ask", reason: doubt(part, doubtful.rule), cited: doubtful, doubtful: true };
  const [first] = allowed;
  if (first) return { verdict: "allow", reason: wordsOf(first.rule), cited: first };
  return { verdict: "ask", reason: "No rule allows it.", cited: undefined };
}

function doubt(part: Part, rule: PolicyRule): string {
  return `${wordsOf(rule)} It may do that: ${whyUnknown(part)}.`;
}

function whyUnknown(part: Part): string {
  if (part.type === "tool") return "what a tool of an MCP server does is not known";
  return (part.type === "command" && part.unknown) || "what it does is known only when it runs";
}

/** Whether a rule that forbids or asks applies; an exception counts only where there is no doubt. */
export function applies(rule: PolicyRule, part: Part, facts: Facts): Match {
  const isExcepted = rule.except?.some((exception) => isExactly(exception, part, facts));
  return isExcepted ? "no" : matches(rule.target, part, facts);
}

function isAllowed({ target, except = [] }: PolicyRule, part: Part, facts: Facts): boolean {
  if (!isExactly(target, part, facts)) return false;
  return except.every((exception) => matches(exception, part, facts) === "no");
}

/** Whether a rule allows this in particular, so that what cannot be read of it is allowed, too. */
function namesIt({ target }: PolicyRule, part: Part): boolean {
  if (part.type === "tool") return target.type === "tool" && target.names !== undefined;
  if (target.type === "command") return target.argv !== undefined || target.class !== undefined;
  return target.type === "connection";
}

type Hours = NonNullable<PolicyTime["hours"]>;

function holds(when: PolicyTime | undefined, { time, day, attended }: Circumstances): boolean {
  if (when === undefined) return true;
  if (when.attended !== undefined && when.attended !== attended) return false;
  if (when.days && !when.days.includes(dayOfSpan(when, { time, day }))) return false;
  return when.hours === undefined || isBetween(time, when.hours);
}

function isBetween(time: string, { from, to }: Hours): boolean {
  // Midnight as an end is that of the next day.
  if (from < to) return time >= from && time < to;
  return time >= from || time < to;
}

/** What lasts over midnight belongs to the day on which it began. */
function dayOfSpan({ hours }: PolicyTime, { time, day }: Pick<Facts, "time" | "day">): Weekday {
  if (hours === undefined || hours.from < hours.to || time >= hours.to) return day;
  return Weekday.options.at(Weekday.options.indexOf(day) - 1) ?? day;
}
