import type { Findings } from "../findings.ts";
import { WORD } from "../tokens.ts";
import { AS, USE } from "./words.ts";

const deepest = 50;

/** Reads the tree of a `use` from `at` up to its semicolon; gives the token after it. */
export function readUse(findings: Findings, start: number, at: number): number {
  const { tokens } = findings;
  let end = at;
  while (end < tokens.count && tokens.type(end) !== 59 && tokens.name(end) !== USE)
    end = tokens.after(end);
  readTree(findings, start, at, end, "", deepest);
  return end + 1;
}

/** Gives the name if the tree is no more than one, which then is taken out of what is before it. */
function readTree(
  findings: Findings,
  start: number,
  from: number,
  end: number,
  prefix: string,
  depth: number,
): string | undefined {
  const { tokens } = findings;
  let path = prefix;
  let at = from;
  while (at < end && tokens.type(at) === 58) at++;
  for (; at < end && tokens.type(at) === WORD; at++) {
    if (tokens.name(at) === AS) break;
    const isLast = tokens.type(at + 1) !== 58;
    if (isLast && path === prefix && prefix !== "") return findings.word(at);
    path = path === "" ? findings.word(at) : `${path}::${findings.word(at)}`;
    if (isLast) {
      findings.addImport(path, start, "static");
      return undefined;
    }
    at += 2;
  }
  if (tokens.type(at) === 42) {
    if (path === prefix && prefix !== "") return "*";
    findings.addImport(path, start, "static", ["*"]);
  } else if (tokens.type(at) === 123 && depth > 0) readGroup(findings, start, at, path, depth);
  return undefined;
}

function readGroup(
  findings: Findings,
  start: number,
  open: number,
  path: string,
  depth: number,
): void {
  const { tokens } = findings;
  const close = tokens.link(open);
  const names: string[] = [];
  for (let at = open + 1; at < close; ) {
    let end = at;
    while (end < close && tokens.type(end) !== 44) end = tokens.after(end);
    const name = readTree(findings, start, at, end, path, depth - 1);
    if (name !== undefined) names.push(name);
    at = end + 1;
  }
  if (names.length > 0) findings.addImport(path, start, "static", names);
}
