import type { Findings } from "../findings.ts";
import { END, NEWLINE, WORD } from "../tokens.ts";
import { AS, IMPORT } from "./words.ts";

/** Reads `import a.b as c, d`. */
export function readImport(findings: Findings, start: number, isForTypes: boolean): void {
  const { tokens } = findings;
  let at = start + 1;
  while (tokens.type(at) === WORD) {
    const first = at;
    while (tokens.type(at + 1) === 46) at += 2;
    findings.addImport(compact(findings, first, at), start, isForTypes ? "type" : "static");
    at++;
    if (tokens.name(at) === AS) at += 2;
    if (tokens.type(at) !== 44) return;
    at++;
  }
}

/** Reads `from ..a.b import (c as d, e)`. */
export function readFrom(findings: Findings, start: number, isForTypes: boolean): void {
  const { tokens } = findings;
  let at = start + 1;
  while (tokens.type(at) === 46 || (tokens.type(at) === WORD && tokens.name(at) !== IMPORT)) at++;
  if (tokens.name(at) !== IMPORT || at === start + 1) return;
  const specifier = compact(findings, start + 1, at - 1);
  const names: string[] = [];
  for (at++; tokens.type(at) !== NEWLINE && tokens.type(at) !== END; at++) {
    const type = tokens.type(at);
    if (type === 41 || type === 59) break;
    if (type === 42) names.push("*");
    else if (tokens.name(at) === AS) at++;
    else if (type === WORD) names.push(findings.word(at));
  }
  findings.addImport(specifier, start, isForTypes ? "type" : "static", names);
}

/** A dotted name without the spaces that may stand in it. */
function compact(findings: Findings, from: number, to: number): string {
  const parts: string[] = [];
  for (let at = from; at <= to; at++) parts.push(findings.text(at));
  return parts.join("");
}
