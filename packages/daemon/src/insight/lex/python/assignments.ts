import type { Findings } from "../findings.ts";
import { STRING, WORD } from "../tokens.ts";

/** The tokens that name what a statement assigns: `a`, `a: int`, `a = b = 1`, `(a, *b), c = …`. */
export function readTargets(findings: Findings, start: number, end: number): number[] {
  const { tokens } = findings;
  const targets: number[] = [];
  let from = start;
  for (let at = start; at < end; at = tokens.after(at)) {
    const type = tokens.type(at);
    if (type === 58) {
      // An annotation has one name before it, or something that is no name.
      return at === start + 1 && targets.length === 0 ? [start] : targets;
    }
    if (type !== 61) continue;
    if (isComparison(findings, at)) return targets;
    targets.push(...namesIn(findings, from, at));
    from = at + 1;
  }
  return targets;
}

/** Whether an equals sign is one half of `==`, or of `+=` and its like. */
function isComparison({ tokens }: Findings, at: number): boolean {
  if (tokens.type(at + 1) === 61 && tokens.touches(at)) return true;
  const before = tokens.type(at - 1);
  const isOperator = before > 32 && before !== 41 && before !== 93 && before !== 125;
  return isOperator && tokens.touches(at - 1);
}

function namesIn(findings: Findings, start: number, end: number): number[] {
  const { tokens } = findings;
  const names: number[] = [];
  for (let at = start; at < end; at++) {
    const type = tokens.type(at);
    if (type === 44 || type === 42 || type === 40 || type === 91 || type === 41 || type === 93)
      continue;
    if (type !== WORD) return names;
    if (endsTarget(tokens.type(at + 1))) names.push(at);
    else while (at + 1 < end && !endsTarget(tokens.type(at + 1))) at = tokens.after(at + 1) - 1;
  }
  return names;
}

/** Whether a name is all of a target: an attribute or an element of something else is not. */
function endsTarget(type: number): boolean {
  return type === 44 || type === 61 || type === 41 || type === 93;
}

/** Adds the strings that `__all__` is given or extended by to those that it has. */
export function readAll(
  findings: Findings,
  start: number,
  end: number,
  before: ReadonlySet<string> | undefined,
): ReadonlySet<string> {
  const all = new Set(before);
  for (let at = start; at < end; at++) {
    if (findings.tokens.type(at) === STRING) all.add(findings.quoted(at));
  }
  return all;
}
