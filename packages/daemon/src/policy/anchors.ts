import type { PolicyRule, PolicyTarget } from "@heddle/protocol";

/** `src/` is a folder of that name at any depth; this makes it that of the root alone. */
export function atRoot(pattern: string): string {
  return /^[^/]+\/$/.test(pattern) && pattern !== "**/" ? `/${pattern}` : pattern;
}

/**
 * A rule with its paths as they are matched: where they loosen it, folders are those of the root.
 */
export function anchored(rule: PolicyRule): PolicyRule {
  const allows = rule.effect === "allow";
  return {
    ...rule,
    target: inPlace(rule.target, allows),
    ...(rule.except && { except: rule.except.map((one) => inPlace(one, !allows)) }),
  };
}

function inPlace<Target extends PolicyTarget>(target: Target, loosens: boolean): Target {
  if (target.type !== "change" || target.paths === undefined) return target;
  return { ...target, paths: pathsInPlace(target, loosens) };
}

/** The paths of a target as they are matched. */
export function pathsInPlace(
  { paths = [], outside }: Extract<PolicyTarget, { type: "change" }>,
  loosens: boolean,
): string[] {
  return loosens !== (outside === true) ? paths.map(atRoot) : paths;
}
