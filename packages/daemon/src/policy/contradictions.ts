import type { PolicyRule, PolicyTarget } from "@heddle/protocol";
import { strictness } from "./decide.ts";
import { wordsOf } from "./words/read-back.ts";

/** The rules that another, stricter one makes idle, each as a sentence that says how it ends. */
export function contradictionsIn(rules: readonly PolicyRule[]): string[] {
  return rules.flatMap((rule) => {
    const stricter = rules.find(
      (other) => strictness[other.effect] > strictness[rule.effect] && overrules(other, rule),
    );
    if (stricter === undefined) return [];
    return [`"${wordsOf(rule)}" never decides: "${wordsOf(stricter)}" is stricter and holds.`];
  });
}

/** Whether a rule applies wherever the other one does; an exception may leave the other some. */
function overrules(stricter: PolicyRule, other: PolicyRule): boolean {
  if (stricter.when && JSON.stringify(stricter.when) !== JSON.stringify(other.when)) return false;
  return stricter.except === undefined && covers(stricter.target, other.target);
}

function covers(wide: PolicyTarget, narrow: PolicyTarget): boolean {
  if (wide.type === "anything" || JSON.stringify(wide) === JSON.stringify(narrow)) return true;
  if (wide.type === "command" && narrow.type === "command") {
    if (wide.argv === undefined && wide.class === undefined) return true;
    if (wide.exact) return false;
    return narrow.argv?.every((argv) => wide.argv?.some((prefix) => begins(argv, prefix))) ?? false;
  }
  if (wide.type !== "change" || narrow.type !== "change" || wide.over) return false;
  if (wide.kind !== undefined && wide.kind !== narrow.kind) return false;
  if (wide.paths === undefined) return true;
  const isPlain = wide.outside === undefined && narrow.outside === undefined;
  return isPlain && (narrow.paths?.every((path) => wide.paths?.includes(path)) ?? false);
}

function begins(argv: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((word, at) => argv[at] === word);
}
