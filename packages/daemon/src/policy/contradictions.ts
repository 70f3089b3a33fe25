import type { PolicyRule, PolicyTarget } from "@heddle/protocol";
import { anchored } from "./anchors.ts";
import { applies, strictness } from "./decide.ts";
import type { Part } from "./facts.ts";
import { matches } from "./match.ts";
import { noCircumstances, witnesses } from "./witnesses.ts";
import { wordsOf } from "./words/read-back.ts";

/** The rules that another, stricter one makes idle, and those that leave nothing between them. */
export function contradictionsIn(given: readonly PolicyRule[]): string[] {
  const rules = given.map(anchored);
  return [...idleIn(rules), ...exclusiveIn(rules)];
}

function idleIn(rules: readonly PolicyRule[]): string[] {
  return rules.flatMap((rule) => {
    const stricter = rules.find(
      (other) => strictness[other.effect] > strictness[rule.effect] && overrules(other, rule),
    );
    if (stricter === undefined) return [];
    return [`"${wordsOf(rule)}" never decides: "${wordsOf(stricter)}" is stricter and holds.`];
  });
}

/** Whether a rule applies wherever the other one does. */
function overrules(stricter: PolicyRule, other: PolicyRule): boolean {
  if (stricter.when && !isSame(stricter.when, other.when)) return false;
  if (stricter.except === undefined && countsLess(stricter.target, other.target)) return true;
  const { target } = other;
  if (target.type === "spending") return stricter.target.type === "anything" && !stricter.except;
  let isFound = false;
  for (const part of witnesses([other, stricter])) {
    if (!isOf(target, part)) continue;
    if (said(stricter, part) !== "yes") return false;
    isFound = true;
  }
  return isFound;
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const said = (rule: PolicyRule, part: Part) => applies(rule, part, noCircumstances);

/** Whether a rule speaks of something, whatever it counts. */
function isOf(target: PolicyTarget, part: Part): boolean {
  const { over, ...uncounted } = { over: undefined, ...target };
  return matches(uncounted as PolicyTarget, part, noCircumstances) === "yes";
}

/** Whether both count the same, and one is over its limit wherever the other is. */
function countsLess(lower: PolicyTarget, higher: PolicyTarget): boolean {
  if (lower.type === "spending" && higher.type === "spending") {
    return lower.per === higher.per && lower.overUsd <= higher.overUsd;
  }
  if (lower.type !== "change" || higher.type !== "change") return false;
  const { over: low, ...one } = lower;
  const { over: high, ...other } = higher;
  if (low === undefined || high === undefined || !isSame(one, other)) return false;
  return low.of === high.of && low.per === high.per && low.count <= high.count;
}

/** Pairs of rules with "only" of which each forbids what the other one leaves. */
function exclusiveIn(rules: readonly PolicyRule[]): string[] {
  const only = rules.filter(isOnly);
  return only.flatMap((rule, at) =>
    only
      .slice(at + 1)
      .filter((other) => excludes(rule, other))
      .map(
        (other) =>
          `"${wordsOf(rule)}" and "${wordsOf(other)}" leave nothing between them; to have both, name both in one sentence.`,
      ),
  );
}

function isOnly({ effect, target, except }: PolicyRule): boolean {
  if (effect !== "deny") return false;
  if (target.type === "change") return target.outside === true && target.over === undefined;
  if (target.type === "connection") return target.others === true;
  const isEvery = target.type === "command" && !target.argv && !target.class;
  return isEvery && except !== undefined;
}

function excludes(one: PolicyRule, other: PolicyRule): boolean {
  const kind = kindOf(one.target);
  const isAtOnce = !one.when || !other.when || isSame(one.when, other.when);
  if (!isAtOnce || !isSame(kind, kindOf(other.target))) return false;
  return witnesses([one, other]).every(
    (part) => !isOf(kind, part) || said(one, part) === "yes" || said(other, part) === "yes",
  );
}

/** All that a rule with "only" is about, what it leaves and what it forbids. */
function kindOf(target: PolicyTarget): PolicyTarget {
  if (target.type === "change")
    return { type: "change", ...(target.kind && { kind: target.kind }) };
  if (target.type === "connection") return { type: "connection", hosts: ["-"], others: true };
  return { type: "command" };
}
