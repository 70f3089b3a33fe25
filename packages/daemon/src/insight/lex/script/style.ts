import type { Findings } from "../findings.ts";
import { CONTROL, FIRST, STRING, WORD } from "../tokens.ts";
import { endsBefore } from "./ends.ts";
import { CASE, CATCH, FOR, IF, WHILE, WordSet } from "./words.ts";

const branching = new WordSet([IF, FOR, WHILE, CASE, CATCH]);

/** Counts branches, quotes and the ends of statements, in one walk over all tokens. */
export function countStyle(findings: Findings): void {
  const { tokens } = findings;
  // The bracket around each token: a line end ends no statement in parentheses or an object.
  const around: number[] = [];
  for (let at = 0; at < tokens.count; at++) {
    const type = tokens.type(at);
    if (type === WORD) {
      if (branching.has(tokens.link(at)) && tokens.type(at - 1) !== 46) findings.branches++;
    } else if (type !== 46 && type !== 44) countToken(findings, around, at, type);
    if (tokens.has(at, FIRST) && type !== 125 && endsInBlock(findings, around, at))
      findings.bareEnds++;
  }
}

function countToken(findings: Findings, around: number[], at: number, type: number): void {
  const { tokens } = findings;
  if (type === STRING) {
    const code = findings.scanner.text.charCodeAt(tokens.start(at));
    if (code === 39) findings.singleQuotes++;
    else if (code === 34) findings.doubleQuotes++;
  } else if (type === 38 || type === 124 || type === 63) countOperator(findings, at, type);
  else if (type === 40 || type === 91 || type === 123) around.push(at);
  else if (type === 41 || type === 93 || type === 125) around.pop();
  else if (type === 59 && (at + 1 === tokens.count || tokens.has(at + 1, FIRST))) {
    findings.semicolons++;
  }
}

function endsInBlock({ tokens }: Findings, around: readonly number[], at: number): boolean {
  const before = tokens.type(at - 1);
  if (before === 125 || before === 59 || !endsBefore(tokens, at)) return false;
  const open = around[around.length - 1];
  return open === undefined || tokens.has(open, CONTROL);
}

function countOperator(findings: Findings, at: number, type: number): void {
  const { tokens } = findings;
  const next = tokens.type(at + 1);
  if (type !== 63) {
    if (next === type && tokens.touches(at)) findings.branches++;
    return;
  }
  const isMark =
    next === 58 || next === 41 || next === 44 || next === 46 || next === 61 || next === 59;
  const isSecond = tokens.type(at - 1) === 63 && tokens.touches(at - 1);
  if (!isMark && !isSecond && next !== 40) findings.branches++;
}
