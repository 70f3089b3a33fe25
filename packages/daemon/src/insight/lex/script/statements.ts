import type { Findings } from "../findings.ts";
import { FIRST, STRING, WORD } from "../tokens.ts";
import type { DefinitionKind } from "../types.ts";
import { joined } from "../walk.ts";
import { afterDecorator, afterMethod, readClassBody } from "./classes.ts";
import { afterExpression, isDeclaring } from "./ends.ts";
import { isFromClause, readImport, readSpecifiers } from "./imports.ts";
import { afterAngles, afterType } from "./types.ts";
import {
  ABSTRACT,
  AS,
  ASYNC,
  AWAIT,
  CLASS,
  CONST,
  DECLARE,
  DEFAULT,
  ENUM,
  EXPORT,
  EXPORTS,
  FUNCTION,
  GLOBAL,
  IMPORT,
  INTERFACE,
  LET,
  MODULE,
  NAMESPACE,
  TYPE,
  USING,
  VAR,
} from "./words.ts";

/** Where a list of statements stands: the file or a namespace. */
interface Place {
  readonly container?: string | undefined;
  /** Names that are exported by a list or an assignment, apart from their declaration. */
  readonly exportedNames: Set<string>;
}

/** Reads the statements of a file: what it declares and what its declarations import. */
export function readStatements(findings: Findings, exportedNames: Set<string>): void {
  readList(findings, 0, findings.tokens.count, { exportedNames });
}

function readList(findings: Findings, start: number, end: number, place: Place): void {
  for (let at = start; at < end; ) {
    at = Math.max(readStatement(findings, at, end, place), at + 1);
  }
}

function readStatement(findings: Findings, start: number, end: number, place: Place): number {
  const { tokens } = findings;
  let at = start;
  while (tokens.type(at) === 64) at = afterDecorator(tokens, at);
  if (tokens.type(at) !== WORD) return afterStatement(findings, at, end);
  const name = tokens.link(at);
  if (name === IMPORT && tokens.type(at + 1) !== 40 && tokens.type(at + 1) !== 46) {
    return readImport(findings, at);
  }
  if (name === EXPORT) return readExport(findings, at, end, place);
  if (name === MODULE || name === EXPORTS) readExportsAssignment(findings, at, place);
  return readDeclaration(findings, at, end, place, false) ?? afterStatement(findings, at, end);
}

/** The token after a statement that declares nothing here. */
function afterStatement(findings: Findings, start: number, end: number): number {
  const { tokens } = findings;
  // What a block at the top level holds is its own: only its end matters.
  if (tokens.type(start) === 123) return tokens.after(start);
  return afterExpression(tokens, start, end, false);
}

function readExport(findings: Findings, start: number, end: number, place: Place): number {
  const { tokens } = findings;
  let at = start + 1;
  while (tokens.type(at) === 64) at = afterDecorator(tokens, at);
  const name = tokens.name(at);
  if (name === DEFAULT) return readDefault(findings, at + 1, end, place);
  if (name === IMPORT) return readImport(findings, at);
  if (name === AS) return at + 3;
  if (tokens.type(at) === 61) {
    if (tokens.type(at + 1) === WORD) place.exportedNames.add(findings.word(at + 1));
    return afterExpression(tokens, at + 1, end, false);
  }
  const isType = name === TYPE && (tokens.type(at + 1) === 123 || tokens.type(at + 1) === 42);
  if (isType) at++;
  if (tokens.type(at) === 123) return readExportList(findings, at, start, place);
  if (tokens.type(at) === 42) return readExportAll(findings, at, start);
  return readDeclaration(findings, at, end, place, true) ?? afterStatement(findings, at, end);
}

function readExportList(findings: Findings, open: number, start: number, place: Place): number {
  const { tokens } = findings;
  const { theirs } = readSpecifiers(findings, open);
  const at = tokens.after(open);
  if (isFromClause(findings, at)) {
    findings.addImport(findings.quoted(at + 1), start, "reexport", theirs);
    return at + 2;
  }
  for (const name of theirs) place.exportedNames.add(name);
  return at;
}

function readExportAll(findings: Findings, star: number, start: number): number {
  const at = findings.tokens.name(star + 1) === AS ? star + 3 : star + 1;
  if (!isFromClause(findings, at)) return at;
  findings.addImport(findings.quoted(at + 1), start, "reexport", ["*"]);
  return at + 2;
}

function readDefault(findings: Findings, at: number, end: number, place: Place): number {
  const { tokens } = findings;
  const next = readDeclaration(findings, at, end, place, true);
  if (next !== undefined) return next;
  if (tokens.type(at) === WORD) place.exportedNames.add(findings.word(at));
  return afterExpression(tokens, at, end, false);
}

/** Reads `module.exports = {a, b}`, `module.exports = a` and `exports.a = …` for what is exported. */
function readExportsAssignment(findings: Findings, start: number, place: Place): void {
  const { tokens } = findings;
  const isModule = tokens.name(start) === MODULE;
  if (isModule && (tokens.type(start + 1) !== 46 || tokens.name(start + 2) !== EXPORTS)) return;
  const at = isModule ? start + 3 : start + 1;
  if (tokens.type(at) === 61 && tokens.type(at + 1) === WORD) {
    place.exportedNames.add(findings.word(at + 1));
  } else if (tokens.type(at) === 61 && tokens.type(at + 1) === 123) {
    for (const name of readSpecifiers(findings, at + 1).ours) place.exportedNames.add(name);
  } else if (tokens.type(at) === 46 && tokens.type(at + 2) === 61 && tokens.type(at + 3) === WORD) {
    place.exportedNames.add(findings.word(at + 3));
  }
}

/** Reads a declaration; undefined if it is a statement of another kind. */
function readDeclaration(
  findings: Findings,
  start: number,
  end: number,
  place: Place,
  exported: boolean,
): number | undefined {
  const { tokens } = findings;
  let at = start;
  let name = tokens.name(at);
  const { container } = place;
  while ((name === DECLARE || name === ABSTRACT || name === ASYNC) && isDeclaring(tokens, at)) {
    name = tokens.name(++at);
  }
  const define = (index: number, kind: DefinitionKind): void =>
    findings.define(index, kind, { exported, container });
  switch (name) {
    case FUNCTION: {
      const named = tokens.type(at + 1) === 42 ? at + 2 : at + 1;
      if (tokens.type(named) !== WORD) return afterMethod(tokens, named);
      define(named, "function");
      return afterMethod(tokens, named + 1);
    }
    case CLASS: {
      const isNamed = tokens.type(at + 1) === WORD && !isClassHead(findings, at + 1);
      if (isNamed) define(at + 1, "class");
      const name = isNamed ? findings.word(at + 1) : "default";
      return readClassBody(findings, at + 1, { container: joined(container, name), exported });
    }
    case CONST:
      if (tokens.name(at + 1) === ENUM) return enumeration(findings, at + 2, define);
      return readVariables(findings, at + 1, end, define);
    case VAR:
    case LET:
      return readVariables(findings, at + 1, end, define);
    case USING:
      if (tokens.type(at + 1) !== WORD || tokens.has(at + 1, FIRST)) return undefined;
      return readVariables(findings, at + 1, end, define);
    case AWAIT:
      if (tokens.name(at + 1) !== USING || tokens.type(at + 2) !== WORD) return undefined;
      return readVariables(findings, at + 2, end, define);
    case ENUM:
      return enumeration(findings, at + 1, define);
    case INTERFACE:
    case TYPE:
    case NAMESPACE:
    case MODULE:
    case GLOBAL:
      if (!isDeclaring(tokens, at)) return undefined;
      if (name === INTERFACE) return interfaceAt(findings, at + 1, end, define);
      if (name === TYPE) return alias(findings, at + 1, define);
      return readNamespace(findings, at, place, exported);
    default:
      return undefined;
  }
}

type Define = (index: number, kind: DefinitionKind) => void;

function isClassHead(findings: Findings, at: number): boolean {
  const word = findings.word(at);
  return word === "extends" || (word === "implements" && findings.tokens.type(at + 1) === WORD);
}

function enumeration(findings: Findings, at: number, define: Define): number {
  define(at, "enum");
  return findings.tokens.after(at + 1);
}

function interfaceAt(findings: Findings, at: number, end: number, define: Define): number {
  const { tokens } = findings;
  define(at, "interface");
  let next = at + 1;
  while (next < end && tokens.type(next) !== 123 && tokens.type(next) !== 59) {
    next = tokens.type(next) === 60 ? afterAngles(tokens, next) : tokens.after(next);
  }
  return tokens.after(next);
}

function alias(findings: Findings, at: number, define: Define): number {
  const { tokens } = findings;
  define(at, "type");
  const next = tokens.type(at + 1) === 60 ? afterAngles(tokens, at + 1) : at + 1;
  return tokens.type(next) === 61 ? afterType(tokens, next + 1) : next;
}

function readNamespace(findings: Findings, at: number, place: Place, exported: boolean): number {
  const { tokens } = findings;
  const isGlobal = tokens.name(at) === GLOBAL;
  const first = isGlobal ? at : at + 1;
  let last = first;
  while (tokens.type(last + 1) === 46) last += 2;
  const isQuoted = tokens.type(first) === STRING;
  const name = isQuoted ? findings.quoted(first) : findings.text(first, last);
  const { container } = place;
  if (first === last && !isGlobal && !isQuoted)
    findings.define(first, "module", { exported, container });
  else if (!isGlobal && !isQuoted)
    findings.addDefinition(name, "module", tokens.line(first), { exported, container });
  const open = last + 1;
  if (tokens.type(open) !== 123) return open;
  if (tokens.link(open) > open) {
    readList(findings, open + 1, tokens.link(open), {
      ...place,
      container: joined(container, name),
    });
  }
  return tokens.after(open);
}

/** Reads what is declared after `const`: names and patterns, with their types and values. */
function readVariables(findings: Findings, start: number, end: number, define: Define): number {
  const { tokens } = findings;
  let at = start;
  for (;;) {
    const type = tokens.type(at);
    if (type === WORD) define(at, "variable");
    else if (type === 123 || type === 91) readPattern(findings, at, define);
    else return at;
    at = tokens.after(at);
    if (tokens.type(at) === 33) at++;
    if (tokens.type(at) === 58) at = afterType(tokens, at + 1);
    if (tokens.type(at) === 61) at = afterExpression(tokens, at + 1, end, true);
    if (tokens.type(at) !== 44) return at;
    at++;
  }
}

function readPattern(findings: Findings, open: number, define: Define): void {
  const { tokens } = findings;
  const close = tokens.link(open);
  for (let at = open + 1; at < close; ) {
    at = Math.max(readPatternPart(findings, at, define), at);
    while (at < close && tokens.type(at) !== 44) at = tokens.after(at);
    at++;
  }
}

/** Reads `a`, `a = 1`, `a: b`, `a: {b}`, `[a]: b` and `...a`; gives a token at or before its end. */
function readPatternPart(findings: Findings, start: number, define: Define): number {
  const { tokens } = findings;
  let at = start;
  while (tokens.type(at) === 46) at++;
  const value = tokens.after(at);
  if (tokens.type(value) === 58) at = value + 1;
  const type = tokens.type(at);
  if (type === WORD) define(at, "variable");
  else if (type === 123 || type === 91) readPattern(findings, at, define);
  else return at;
  return tokens.after(at);
}
