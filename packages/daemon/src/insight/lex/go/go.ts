import { Findings } from "../findings.ts";
import type { Scanner } from "../scanner.ts";
import { FIRST, STRING, WORD } from "../tokens.ts";
import type { DefinitionKind } from "../types.ts";
import { names } from "./lexicon.ts";

const CASE = names.of("case");
const CONST = names.of("const");
const FOR = names.of("for");
const FUNC = names.of("func");
const IF = names.of("if");
const IMPORT = names.of("import");
const INTERFACE = names.of("interface");
const MAIN = names.of("main");
const PACKAGE = names.of("package");
const STRUCT = names.of("struct");
const TYPE = names.of("type");
const VAR = names.of("var");
const BLANK = names.of("_");

export function readGo(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  const { tokens } = findings;
  for (let at = 0; at < tokens.count; ) at = Math.max(readDeclaration(findings, at), at + 1);
  countBranches(findings);
  return findings;
}

function readDeclaration(findings: Findings, at: number): number {
  const { tokens } = findings;
  const begins = at === 0 || tokens.has(at, FIRST) || tokens.type(at - 1) === 59;
  switch (begins ? tokens.name(at) : -1) {
    case PACKAGE:
      if (tokens.type(at + 1) === WORD) findings.packageName ??= findings.word(at + 1);
      return at + 2;
    case IMPORT:
      return readGroup(findings, at + 1, (spec) => readImport(findings, spec));
    case FUNC:
      return readFunction(findings, at + 1);
    case TYPE:
      return readGroup(findings, at + 1, (spec) => readType(findings, spec));
    case VAR:
      return readGroup(findings, at + 1, (spec) => readNames(findings, spec));
    case CONST:
      return readGroup(findings, at + 1, (spec) => readNames(findings, spec));
    default:
      return tokens.after(at);
  }
}

/** Reads one entry, or those in parentheses, each of which begins a line or follows a semicolon. */
function readGroup(findings: Findings, at: number, readEntry: (at: number) => void): number {
  const { tokens } = findings;
  if (tokens.type(at) !== 40) {
    readEntry(at);
    return at + 1;
  }
  const close = tokens.link(at);
  for (let entry = at + 1; entry < close; entry = tokens.after(entry)) {
    const before = tokens.type(entry - 1);
    const begins =
      entry === at + 1 || before === 59 || (tokens.has(entry, FIRST) && !continues(before));
    if (begins) readEntry(entry);
  }
  return tokens.after(at);
}

/** Whether a line goes on after this: Go puts no semicolon after operators, commas and points. */
function continues(type: number): boolean {
  return type > 32 && type !== 41 && type !== 93 && type !== 125;
}

function readImport(findings: Findings, start: number): void {
  const { tokens } = findings;
  const at = tokens.type(start) === WORD || tokens.type(start) === 46 ? start + 1 : start;
  if (tokens.type(at) === STRING) findings.addImport(findings.quoted(at), start, "static");
}

function readFunction(findings: Findings, start: number): number {
  const { tokens } = findings;
  const hasReceiver = tokens.type(start) === 40;
  const name = hasReceiver ? tokens.after(start) : start;
  if (tokens.type(name) !== WORD) return start;
  if (hasReceiver) define(findings, name, "method", receiver(findings, start));
  else define(findings, name, "function");
  if (!hasReceiver && tokens.link(name) === MAIN && findings.packageName === "main") {
    findings.isEntryPoint = true;
  }
  return name + 1;
}

/** The type of `(r *List[T])` or `(List)`: the last name that is in no brackets. */
function receiver(findings: Findings, open: number): string | undefined {
  const { tokens } = findings;
  const close = tokens.link(open);
  let name: number | undefined;
  for (let at = open + 1; at < close; at = tokens.after(at)) {
    if (tokens.type(at) === WORD) name = at;
  }
  return name === undefined ? undefined : findings.word(name);
}

function readType(findings: Findings, at: number): void {
  const { tokens } = findings;
  if (tokens.type(at) !== WORD) return;
  let body = at + 1;
  if (tokens.type(body) === 91 && isTypeParameters(findings, body)) body = tokens.after(body);
  if (tokens.type(body) === 61) body++;
  const kind =
    tokens.name(body) === STRUCT ? "class" : tokens.name(body) === INTERFACE ? "interface" : "type";
  define(findings, at, kind);
  if (kind === "interface" && tokens.type(body + 1) === 123) readInterface(findings, at, body + 1);
}

/** `[T any]` has two words or more; `[N]int` and `[]int` are arrays. */
function isTypeParameters({ tokens }: Findings, open: number): boolean {
  return tokens.type(open + 1) === WORD && tokens.type(open + 2) !== 93;
}

function readInterface(findings: Findings, name: number, open: number): void {
  const { tokens } = findings;
  const close = tokens.link(open);
  for (let at = open + 1; at < close; at = tokens.after(at)) {
    const begins = at === open + 1 || tokens.has(at, FIRST) || tokens.type(at - 1) === 59;
    if (begins && tokens.type(at) === WORD && tokens.type(at + 1) === 40) {
      define(findings, at, "method", findings.word(name));
    }
  }
}

/** Reads the names of `a, b = 1, 2`. */
function readNames(findings: Findings, start: number): void {
  const { tokens } = findings;
  for (let at = start; tokens.type(at) === WORD; at += 2) {
    define(findings, at, "variable");
    if (tokens.type(at + 1) !== 44) return;
  }
}

function define(findings: Findings, at: number, kind: DefinitionKind, container?: string): void {
  if (findings.tokens.link(at) === BLANK) return;
  const exported = /^\p{Lu}/u.test(findings.word(at));
  findings.define(at, kind, { exported, container });
}

function countBranches(findings: Findings): void {
  const { tokens } = findings;
  for (let at = 0; at < tokens.count; at++) {
    const type = tokens.type(at);
    if (type === WORD) {
      const name = tokens.link(at);
      if (name === IF || name === FOR || name === CASE) findings.branches++;
    } else if (type === STRING) findings.doubleQuotes++;
    else if ((type === 38 || type === 124) && tokens.type(at + 1) === type && tokens.touches(at)) {
      findings.branches++;
    }
  }
}
