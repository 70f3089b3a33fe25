import { Findings } from "../findings.ts";
import type { Scanner } from "../scanner.ts";
import { STRING, WORD } from "../tokens.ts";
import type { DefinitionKind } from "../types.ts";
import { afterAngles, deepest, joined } from "../walk.ts";
import { readUse } from "./use.ts";
import {
  ASYNC,
  CONST,
  CRATE,
  DEFAULT,
  DYN,
  ENUM,
  EXTERN,
  FN,
  FOR,
  IF,
  IMPL,
  MACRO_RULES,
  MAIN,
  MATCH,
  MOD,
  MUT,
  PUB,
  STATIC,
  STRUCT,
  TRAIT,
  TYPE,
  UNION,
  UNSAFE,
  USE,
  WHERE,
  WHILE,
} from "./words.ts";

const kinds: ReadonlyMap<number, DefinitionKind> = new Map([
  [FN, "function"],
  [STRUCT, "class"],
  [UNION, "class"],
  [ENUM, "enum"],
  [TRAIT, "interface"],
  [TYPE, "type"],
  [CONST, "variable"],
  [STATIC, "variable"],
]);
const modifiers = new Set([ASYNC, CONST, DEFAULT, UNSAFE, EXTERN]);

interface Place {
  readonly container?: string | undefined;
  /** Whether functions here are methods, as they are in `impl` and `trait`. */
  readonly isType: boolean;
  /** In a trait, and in the implementation of one, all is as public as the trait is. */
  readonly isPublic: boolean;
}

export function readRust(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  const { tokens } = findings;
  readItems(findings, 0, tokens.count, { isType: false, isPublic: false }, deepest);
  for (let at = 0; at < tokens.count; at++) readWord(findings, at);
  return findings;
}

function readItems(
  findings: Findings,
  from: number,
  end: number,
  place: Place,
  depth: number,
): void {
  for (let at = from; at < end && depth > 0; ) {
    at = Math.max(readItem(findings, at, place, depth), at + 1);
  }
}

function readItem(findings: Findings, start: number, place: Place, depth: number): number {
  const { tokens } = findings;
  if (tokens.type(start) === 35) return afterAttribute(findings, start);
  let at = start;
  let isPublic = place.isPublic;
  if (tokens.name(at) === PUB) {
    isPublic = true;
    at = tokens.type(at + 1) === 40 ? tokens.after(at + 1) : at + 1;
  }
  while (modifiers.has(tokens.name(at)) && isModifier(findings, at)) {
    at = tokens.type(at + 1) === STRING ? at + 2 : at + 1;
  }
  const name = tokens.name(at);
  if (name === MOD) return readModule(findings, start, at, place, isPublic, depth);
  if (name === IMPL) return readImpl(findings, at, place, depth);
  if (name === EXTERN) return readExtern(findings, start, at, place, depth);
  if (name === MACRO_RULES && tokens.type(at + 1) === 33) {
    if (tokens.type(at + 2) === WORD) findings.define(at + 2, "macro", { exported: isPublic });
    return tokens.after(at + 3);
  }
  const kind = kinds.get(name);
  if (kind !== undefined) return readNamed(findings, at, kind, { ...place, isPublic }, depth);
  if (name >= 0 && tokens.type(at + 1) === 33) return readMacro(findings, at, place, depth);
  return tokens.after(at);
}

/** `const fn` and `unsafe impl` have modifiers; `const X` and `extern crate` have not. */
function isModifier({ tokens }: Findings, at: number): boolean {
  const next = tokens.name(tokens.type(at + 1) === STRING ? at + 2 : at + 1);
  return modifiers.has(next) || [FN, IMPL, TRAIT, TYPE, MOD, STATIC].includes(next);
}

function afterAttribute({ tokens }: Findings, at: number): number {
  return tokens.after(tokens.type(at + 1) === 33 ? at + 2 : at + 1);
}

function readNamed(
  findings: Findings,
  at: number,
  kind: DefinitionKind,
  place: Place,
  depth: number,
): number {
  const { tokens } = findings;
  const isMutable = tokens.name(at + 1) === MUT;
  const name = isMutable ? at + 2 : at + 1;
  if (tokens.type(name) !== WORD) return at + 1;
  if (tokens.name(at) === UNION && tokens.type(name + 1) !== 123 && tokens.type(name + 1) !== 60) {
    return at + 1;
  }
  const { container, isPublic: exported } = place;
  if (findings.word(name) !== "_") {
    const actual = kind === "function" && place.isType ? "method" : kind;
    findings.define(name, actual, { exported, container });
  }
  if (tokens.link(name) === MAIN && kind === "function" && container === undefined) {
    findings.isEntryPoint = true;
  }
  if (kind !== "interface") return afterItem(findings, name + 1, kind);
  const open = bodyOf(findings, name + 1);
  const inner = {
    container: joined(container, findings.word(name)),
    isType: true,
    isPublic: exported,
  };
  return readBody(findings, open, inner, depth);
}

/** The token after the body or semicolon of an item; a type's bounds may have braces in them. */
function afterItem({ tokens }: Findings, from: number, kind: DefinitionKind): number {
  const endsWithBody = kind !== "variable" && kind !== "type";
  for (let at = from; at < tokens.count; at = tokens.after(at)) {
    const type = tokens.type(at);
    if (type === 59 || type === 125) return at + 1;
    if (type === 123 && endsWithBody) return tokens.after(at);
  }
  return tokens.count;
}

function bodyOf({ tokens }: Findings, from: number): number {
  let at = from;
  while (at < tokens.count && tokens.type(at) !== 123 && tokens.type(at) !== 59)
    at = tokens.after(at);
  return at;
}

function readBody(findings: Findings, open: number, place: Place, depth: number): number {
  const { tokens } = findings;
  if (tokens.type(open) !== 123) return open + 1;
  readItems(findings, open + 1, tokens.link(open), place, depth - 1);
  return tokens.after(open);
}

function readModule(
  findings: Findings,
  start: number,
  at: number,
  place: Place,
  exported: boolean,
  depth: number,
): number {
  const { tokens } = findings;
  if (tokens.type(at + 1) !== WORD) return at + 1;
  const { container } = place;
  if (tokens.type(at + 2) === 59) {
    findings.addImport(findings.word(at + 1), start, "module");
    return at + 3;
  }
  findings.define(at + 1, "module", { exported, container });
  const inner = {
    container: joined(container, findings.word(at + 1)),
    isType: false,
    isPublic: false,
  };
  return readBody(findings, at + 2, inner, depth);
}

/** What stands before the name of a type. */
const beforeTypes = new Set([CONST, DYN, MUT]);

/**
 * Reads `impl<T> Trait<T> for path::Type<T> where … { … }`, whose members are the type's. A slice, and
 * several traits at once, have no name.
 */
function readImpl(findings: Findings, start: number, place: Place, depth: number): number {
  const { tokens } = findings;
  const open = bodyOf(findings, start + 1);
  let at = tokens.type(start + 1) === 60 ? afterAngles(tokens, start + 1) : start + 1;
  let name: number | undefined;
  let isOfTrait = false;
  let isNamed = true;
  for (; at < open; at++) {
    const type = tokens.type(at);
    if (type === 60) at = afterAngles(tokens, at) - 1;
    else if (tokens.name(at) === FOR) {
      isOfTrait = true;
      isNamed = true;
      name = undefined;
    } else if (tokens.name(at) === WHERE) break;
    else if (type === 43) isNamed = false;
    else if (type === WORD && !beforeTypes.has(tokens.name(at))) name = at;
    else if (type === 40 || type === 91) at = tokens.after(at) - 1;
  }
  const type = name === undefined || !isNamed ? undefined : findings.word(name);
  const container = type === undefined ? place.container : joined(place.container, type);
  return readBody(findings, open, { container, isType: true, isPublic: isOfTrait }, depth);
}

function readExtern(
  findings: Findings,
  start: number,
  at: number,
  place: Place,
  depth: number,
): number {
  const { tokens } = findings;
  if (tokens.name(at + 1) === CRATE) {
    if (tokens.type(at + 2) === WORD) findings.addImport(findings.word(at + 2), start, "static");
    return at + 3;
  }
  const open = tokens.type(at + 1) === STRING ? at + 2 : at + 1;
  return readBody(findings, open, place, depth);
}

/** Items are often wrapped in a macro of their own, as in `cfg_if! { … }`. */
function readMacro(findings: Findings, at: number, place: Place, depth: number): number {
  const { tokens } = findings;
  if (tokens.type(at + 2) === 123) return readBody(findings, at + 2, place, depth);
  return tokens.after(at + 2);
}

/** Uses may be in any block; branches are counted on the way. */
function readWord(findings: Findings, at: number): void {
  const { tokens } = findings;
  const type = tokens.type(at);
  if (type === STRING) findings.doubleQuotes++;
  if ((type === 38 || type === 124) && tokens.type(at + 1) === type && tokens.touches(at)) {
    findings.branches++;
  }
  const name = tokens.name(at);
  if (name === IF || name === WHILE || name === FOR || name === MATCH) findings.branches++;
  if (name !== USE || tokens.type(at - 1) === 43) return;
  const before = tokens.name(at - 1) === PUB ? at - 1 : at;
  readUse(findings, before, at + 1);
}
