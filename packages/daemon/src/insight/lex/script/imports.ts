import type { Findings } from "../findings.ts";
import { STRING, WORD } from "../tokens.ts";
import { AS, EXTENDS, FROM, IMPORT, IS, KEYOF, REQUIRE, TYPE, TYPEOF } from "./words.ts";

const beforeTypes = new Set([AS, EXTENDS, IS, KEYOF, TYPEOF]);
const promiseMethods = new Set(["then", "catch", "finally"]);

/** A comma list in braces: what is named in the other module, and what it is called on this side. */
export interface Specifiers {
  readonly theirs: string[];
  readonly ours: string[];
}

export function readSpecifiers(findings: Findings, open: number): Specifiers {
  const { tokens } = findings;
  const specifiers: Specifiers = { theirs: [], ours: [] };
  const close = tokens.link(open);
  for (let at = open + 1; at < close; at++) {
    let last = at;
    while (last + 1 < close && tokens.type(last + 1) !== 44) last++;
    readSpecifier(findings, at, last, specifiers);
    at = last + 1;
  }
  return specifiers;
}

/** Reads `a`, `a as b`, `type a`, `type a as b`, where `type` and `as` may be names as well. */
function readSpecifier(findings: Findings, first: number, last: number, into: Specifiers): void {
  const { tokens } = findings;
  const hasAlias = last - first >= 2 && tokens.name(last - 1) === AS;
  const theirs = hasAlias ? last - 2 : last;
  const name = tokens.type(theirs) === STRING ? findings.quoted(theirs) : findings.text(theirs);
  into.theirs.push(name);
  into.ours.push(findings.text(last));
}

/** Reads an `import` declaration; gives the token after its specifier. */
export function readImport(findings: Findings, start: number): number {
  const { tokens } = findings;
  let at = start + 1;
  if (tokens.type(at) === STRING) {
    findings.addImport(findings.quoted(at), start, "static");
    return at + 1;
  }
  const isType = tokens.name(at) === TYPE && !isFromClause(findings, at + 1);
  if (isType) at++;
  const names: string[] = [];
  if (tokens.type(at) === WORD && tokens.type(at + 1) === 61) {
    return readImportEquals(findings, start, at + 2, isType);
  }
  for (; ; at++) {
    const type = tokens.type(at);
    if (type === 123) {
      names.push(...readSpecifiers(findings, at).theirs);
      at = tokens.after(at) - 1;
    } else if (type === 42) {
      names.push("*");
      at += 2;
    } else if (type === WORD) {
      if (isFromClause(findings, at)) break;
      names.push("default");
    } else if (type !== 44) return at;
  }
  findings.addImport(findings.quoted(at + 1), start, isType ? "type" : "static", names);
  return at + 2;
}

export function isFromClause({ tokens }: Findings, at: number): boolean {
  return tokens.name(at) === FROM && tokens.type(at + 1) === STRING;
}

/** Reads what follows in `import fs = require("fs")`; `import A = B.C` takes from no module. */
function readImportEquals(findings: Findings, start: number, at: number, isType: boolean): number {
  const { tokens } = findings;
  if (tokens.name(at) !== REQUIRE || tokens.type(at + 2) !== STRING) return at;
  findings.addImport(findings.quoted(at + 2), start, isType ? "type" : "require", ["default"]);
  return at + 4;
}

/** Reads dynamic imports and calls of `require`, wherever they are, but for those in declarations. */
export function readCalls(findings: Findings): void {
  for (const at of findings.scanner.noted) readCall(findings, at);
}

function readCall(findings: Findings, at: number): void {
  const { tokens } = findings;
  if (tokens.type(at + 1) !== 40 || tokens.type(at + 2) !== STRING) return;
  if (isMemberOrDeclared(findings, at)) return;
  const next = tokens.type(at + 3);
  if (next !== 41 && next !== 44) return;
  const inType = tokens.name(at) === IMPORT && isTypePosition(findings, at);
  const kind = tokens.name(at) === REQUIRE ? "require" : inType ? "type" : "dynamic";
  findings.addImport(findings.quoted(at + 2), at, kind);
}

function isMemberOrDeclared({ tokens }: Findings, at: number): boolean {
  const before = tokens.type(at - 1);
  if (before === 46 && tokens.type(at - 2) !== 46) return true;
  const isImportEquals =
    before === 61 && tokens.type(at - 2) === WORD && tokens.name(at) === REQUIRE;
  if (!isImportEquals) return false;
  return [at - 3, at - 4].some((index) => tokens.name(index) === IMPORT);
}

/** Whether an import by a call names a type: after a colon, `typeof`, `<` and the like, and no promise. */
function isTypePosition(findings: Findings, at: number): boolean {
  const { tokens } = findings;
  const before = tokens.name(at - 1);
  if (before >= 0) return beforeTypes.has(before);
  const type = tokens.type(at - 1);
  if (type !== 58 && type !== 60 && type !== 124 && type !== 38) return false;
  return !promiseMethods.has(findings.text(at + 5));
}
