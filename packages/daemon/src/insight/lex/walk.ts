import type { Findings } from "./findings.ts";
import { END, STRING, type Tokens, WORD } from "./tokens.ts";

/** How deep declarations are read within each other; what is deeper is of no use to anybody. */
export const deepest = 100;

/** The name of a member's owner with all the owners around it. */
export function joined(container: string | undefined, name: string): string {
  return container === undefined ? name : `${container}.${name}`;
}

const longestArguments = 1000;
const mostNested = 40;

/** The token after the type arguments that begin at a `<`; at + 1 if that is a comparison. */
export function afterAngles(tokens: Tokens, at: number): number {
  let depth = 0;
  for (let index = at, left = longestArguments; left > 0; left--) {
    const type = tokens.type(index);
    if (type === 60 && ++depth > mostNested) break;
    if (type === 62) depth -= isArrow(tokens, index) ? 0 : 1;
    else if (!isInArguments(type)) return at + 1;
    if (depth === 0) return index + 1;
    index = tokens.after(index);
  }
  return at + 1;
}

function isArrow(tokens: Tokens, index: number): boolean {
  return tokens.type(index - 1) === 45 && tokens.touches(index - 1);
}

function isInArguments(type: number): boolean {
  return type !== END && type !== 59 && type !== 41 && type !== 93 && type !== 125;
}

/** The semicolon or comma that ends a value at the current depth. */
export function afterValue(tokens: Tokens, start: number, end: number): number {
  let at = start;
  while (at < end && tokens.type(at) !== 44 && tokens.type(at) !== 59) {
    at = tokens.type(at) === 60 ? afterAngles(tokens, at) : tokens.after(at);
  }
  return at;
}

/** A dotted name that begins at a token, without spaces, and the token after it. */
export function dottedName(findings: Findings, start: number): { name: string; after: number } {
  const { tokens } = findings;
  let at = start;
  const parts: string[] = [];
  while (tokens.type(at) === WORD) {
    parts.push(findings.word(at));
    at++;
    if (tokens.type(at) !== 46 || tokens.type(at + 1) !== WORD) break;
    at++;
  }
  return { name: parts.join("."), after: at };
}

/** Counts the branches of a language in the C tradition, and the quotes of its strings. */
export function countBranches(findings: Findings, words: ReadonlySet<number>): void {
  const { tokens } = findings;
  const { text } = findings.scanner;
  for (let at = 0; at < tokens.count; at++) {
    const type = tokens.type(at);
    if (type === WORD) {
      if (words.has(tokens.link(at))) findings.branches++;
    } else if (type === STRING) {
      const code = text.charCodeAt(tokens.start(at));
      if (code === 39) findings.singleQuotes++;
      else if (code === 34) findings.doubleQuotes++;
    } else if (type === 38 || type === 124) {
      if (tokens.type(at + 1) === type && tokens.touches(at)) findings.branches++;
    } else if (type === 63) {
      const next = tokens.type(at + 1);
      const isMark = next === 46 || next === 62 || next === 44 || next === 41 || next === 63;
      if (!isMark && !tokens.touches(at - 1)) findings.branches++;
    }
  }
}
