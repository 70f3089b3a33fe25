import { Findings } from "../findings.ts";
import type { Scanner } from "../scanner.ts";
import { NEWLINE, STRING, WORD } from "../tokens.ts";
import type { DefinitionKind } from "../types.ts";
import { afterAngles, countBranches, deepest, joined } from "../walk.ts";
import { directivesOf, names } from "./lexicon.ts";

const wordSet = (words: string): ReadonlySet<number> =>
  new Set(words.split(" ").map((word) => names.of(word)));

const ENUM = names.of("enum");
const EXTERN = names.of("extern");
const NAMESPACE = names.of("namespace");
const OPERATOR = names.of("operator");
const PRIVATE = names.of("private");
const PUBLIC = names.of("public");
const PROTECTED = names.of("protected");
const CLASS = names.of("class");
const STATIC = names.of("static");
const TEMPLATE = names.of("template");
const TYPEDEF = names.of("typedef");
const USING = names.of("using");
const FRIEND = names.of("friend");
const types: ReadonlyMap<number, DefinitionKind> = new Map([
  [names.of("class"), "class"],
  [names.of("struct"), "class"],
  [names.of("union"), "class"],
  [ENUM, "enum"],
]);
/** Words before a parenthesis that make it no function's. */
const noNames = wordSet(
  "if for while switch return sizeof catch decltype alignas noexcept static_assert throw requires explicit",
);
const branching = wordSet("if for while case catch");

interface Place {
  readonly container?: string | undefined;
  /** The class whose constructors are no methods. */
  readonly owner?: string;
  readonly end: number;
  readonly depth: number;
}

export function readC(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  for (const { kind, text, line } of directivesOf(scanner)) {
    if (kind === "define") findings.addDefinition(text, "macro", line, { exported: true });
    else {
      const how = kind === "system" ? "system" : "static";
      findings.imports.push({ specifier: text, line, kind: how, names: [] });
    }
  }
  readList(findings, 0, { end: findings.tokens.count, depth: deepest }, true);
  countBranches(findings, branching);
  findings.isEntryPoint = findings.definitions.some(
    ({ name, kind, container }) =>
      name === "main" && kind === "function" && container === undefined,
  );
  return findings;
}

function readList(findings: Findings, from: number, place: Place, isOpen: boolean): void {
  const { tokens } = findings;
  let exported = isOpen;
  for (let at = from; at < place.end && place.depth > 0; ) {
    const name = tokens.name(at);
    const isLabel = tokens.type(at + 1) === 58 && tokens.type(at + 2) !== 58;
    if (isLabel && (name === PUBLIC || name === PRIVATE || name === PROTECTED)) {
      exported = name !== PRIVATE;
      at += 2;
    } else at = Math.max(readOne(findings, at, place, exported), at + 1);
  }
}

/** Reads one declaration; gives the token after its semicolon or body. */
function readOne(findings: Findings, start: number, place: Place, exported: boolean): number {
  const { tokens } = findings;
  const name = tokens.name(start);
  if (tokens.type(start) === NEWLINE || tokens.type(start) === 59) return start + 1;
  if (name === NAMESPACE) return readNamespace(findings, start, place);
  if (name === EXTERN && tokens.type(start + 1) === STRING && tokens.type(start + 2) === 123) {
    readList(
      findings,
      start + 3,
      { ...place, end: tokens.link(start + 2), depth: place.depth - 1 },
      true,
    );
    return tokens.after(start + 2);
  }
  if (name === TEMPLATE && tokens.type(start + 1) === 60) {
    if (place.depth === 0) return start + 1;
    return readOne(
      findings,
      afterAngles(tokens, start + 1),
      { ...place, depth: place.depth - 1 },
      exported,
    );
  }
  if (name === USING) return readUsing(findings, start, place);
  if (name === FRIEND) return afterSemicolon(findings, start, place.end);
  return readDeclaration(findings, start, place, exported);
}

function readDeclaration(findings: Findings, start: number, place: Place, outer: boolean): number {
  const { tokens } = findings;
  let exported = outer;
  const isTypedef = tokens.name(start) === TYPEDEF;
  for (let at = start; at < place.end; ) {
    const type = tokens.type(at);
    const name = tokens.name(at);
    if (name === STATIC && place.owner === undefined) exported = false;
    const kind = types.get(name);
    if (kind !== undefined) {
      const body = bodyOf(findings, at, place.end);
      if (body > 0) {
        const after = readType(findings, at, body, kind, place, exported);
        return readDeclarators(findings, start, after, place, isTypedef, exported);
      }
      at++;
    } else if (type === 40 && isFunction(findings, at, start) && !isTypedef) {
      return readFunction(findings, start, at, place, exported);
    } else if (type === 59 || type === 61 || type === 44 || (type === 123 && at > start)) {
      return readDeclarators(findings, start, at, place, isTypedef, exported);
    } else if (type === 125) return at + 1;
    else at = type === 60 ? afterAngles(tokens, at) : tokens.after(at);
  }
  return place.end;
}

/** The brace that opens the body of a type, or 0 if only its name is used here. */
function bodyOf({ tokens }: Findings, word: number, end: number): number {
  for (let at = word + 1; at < end; ) {
    const type = tokens.type(at);
    if (type === 123) return at;
    // In `enum class Name` two such words stand together; any other begins something new.
    if (at > word + 1 && types.has(tokens.name(at))) return 0;
    const isHead =
      type === WORD || type === 58 || type === 44 || type === 60 || type === 91 || type === NEWLINE;
    const isAttribute = type === 40 && tokens.type(at - 1) === WORD && at > word + 1;
    if (!isHead && !isAttribute) return 0;
    if (type === 44 && tokens.type(word + 2) !== 58 && !hasColon(tokens, word, at)) return 0;
    at = type === 60 ? afterAngles(tokens, at) : tokens.after(at);
  }
  return 0;
}

function hasColon(tokens: Findings["tokens"], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (tokens.type(at) === 58) return true;
  return false;
}

function readType(
  findings: Findings,
  word: number,
  open: number,
  kind: DefinitionKind,
  place: Place,
  exported: boolean,
): number {
  const { tokens } = findings;
  const { container } = place;
  const name = typeName(findings, word, open);
  if (name > 0) findings.define(name, kind, { exported, container });
  const close = tokens.link(open);
  const own = name > 0 ? findings.word(name) : undefined;
  const inner = own === undefined ? container : joined(container, own);
  if (kind === "enum") readConstants(findings, open, inner, exported);
  else if (close > open && own !== undefined) {
    const isOpen = tokens.name(word) !== CLASS;
    readList(
      findings,
      open + 1,
      { container: inner, owner: own, end: close, depth: place.depth - 1 },
      isOpen,
    );
  }
  return tokens.after(open);
}

/** The last word of `class EXPORT Name final : Base {`, before its bases. */
function typeName({ tokens, ...rest }: Findings, word: number, open: number): number {
  let name = 0;
  for (let at = word + 1; at < open; ) {
    const type = tokens.type(at);
    if (type === 58 && tokens.type(at + 1) === 58) {
      at += 2;
      continue;
    }
    if (type === 58 || type === 60) break;
    const text = type === WORD ? rest.scanner.lexicon.names.text(tokens.link(at)) : "";
    if (type === WORD && tokens.name(at) >= names.reserved && text !== "final") name = at;
    at = tokens.after(at);
  }
  return name;
}

function readConstants(
  findings: Findings,
  open: number,
  container: string | undefined,
  exported: boolean,
): void {
  const { tokens } = findings;
  const close = tokens.link(open);
  let isName = true;
  for (let at = open + 1; at < close; at = tokens.after(at)) {
    const type = tokens.type(at);
    if (isName && type === WORD) {
      findings.define(at, "variable", { exported, container });
      isName = false;
    } else if (type === 44) isName = true;
  }
}

/** Reads what is declared after a type: `a, *b = 1, c[2];`. */
function readDeclarators(
  findings: Findings,
  start: number,
  from: number,
  place: Place,
  isTypedef: boolean,
  exported: boolean,
): number {
  const { tokens } = findings;
  const { container } = place;
  let name = nameBefore(findings, from, start);
  let isValue = false;
  const define = (): void => {
    if (name > start)
      findings.define(name, isTypedef ? "type" : "variable", { exported, container });
    name = 0;
  };
  for (let at = from; at < place.end; at = tokens.after(at)) {
    const type = tokens.type(at);
    if (type === WORD && !isValue && tokens.link(at) >= names.reserved) name = at;
    else if (type === 40 && !isValue) name = pointerName(findings, at) || name;
    else if (type === 61) isValue = true;
    else if (type === 44) {
      define();
      isValue = false;
    } else if (type === 59) {
      define();
      return at + 1;
    } else if (type === 125 || type === NEWLINE) return at + 1;
    else if (type === 123 && !isValue && tokens.type(at + 1 > 0 ? tokens.after(at) : at) !== 59) {
      define();
      return tokens.after(at);
    }
  }
  return place.end;
}

/** The name in a function pointer's `(*name)`. */
function pointerName({ tokens }: Findings, open: number): number {
  return tokens.type(open + 1) === 42 && tokens.type(open + 2) === WORD ? open + 2 : 0;
}

function nameBefore({ tokens }: Findings, end: number, start: number): number {
  let at = end - 1;
  while (at > start && tokens.type(at) === 93) at = tokens.link(at) - 1;
  return at > start && tokens.type(at) === WORD && tokens.link(at) >= names.reserved ? at : 0;
}

/** Whether a parenthesis holds a function's parameters: a name that is no keyword is before it. */
function isFunction({ tokens }: Findings, open: number, start: number): boolean {
  const before = tokens.name(open - 1);
  if (before < 0) return hasOperator(tokens, open, start);
  return before >= names.reserved && !noNames.has(before) && tokens.type(open + 1) !== 42;
}

function hasOperator(tokens: Findings["tokens"], open: number, start: number): boolean {
  for (let at = open - 1; at >= start && at > open - 4; at--) {
    if (tokens.name(at) === OPERATOR) return true;
  }
  return false;
}

/** Reads `T Class::name(…) const : a(1) { … }` or a prototype; gives the token after it. */
function readFunction(
  findings: Findings,
  start: number,
  open: number,
  place: Place,
  exported: boolean,
): number {
  const { tokens } = findings;
  const after = tokens.after(open);
  const name = tokens.type(open - 1) === WORD ? open - 1 : 0;
  const isMacroCall = name === start && tokens.type(after) !== 123 && place.owner === undefined;
  if (name > 0 && !isMacroCall) defineFunction(findings, start, name, place, exported);
  for (let at = after; at < place.end; at = tokens.after(at)) {
    const type = tokens.type(at);
    if (type === 59) return at + 1;
    if (type === 123) {
      // The initializers of members may be in braces as well: `: a{1}, b{2} { … }`.
      const next = tokens.after(at);
      if (tokens.type(next) !== 44 && tokens.type(next) !== 123) return next;
    }
    if (type === 125) return at;
    if (isMacroCall && (tokens.has(at, 1) || type === NEWLINE)) return at;
  }
  return place.end;
}

function defineFunction(
  findings: Findings,
  start: number,
  name: number,
  place: Place,
  exported: boolean,
): void {
  const { tokens } = findings;
  let first = name;
  const owners: string[] = [];
  while (tokens.type(first - 1) === 58 && tokens.type(first - 2) === 58 && first - 3 >= start) {
    let owner = first - 3;
    while (owner > start && tokens.type(owner) !== WORD) owner--;
    if (tokens.type(owner) !== WORD) break;
    owners.unshift(findings.word(owner));
    first = owner;
  }
  const isDestructor = tokens.type(name - 1) === 126;
  const own = owners.at(-1) ?? place.owner;
  if (isDestructor || own === findings.word(name)) return;
  const container = owners.length > 0 ? joined(place.container, owners.join(".")) : place.container;
  const kind = own === undefined ? "function" : "method";
  findings.define(name, kind, { exported, container });
}

function readNamespace(findings: Findings, start: number, place: Place): number {
  const { tokens } = findings;
  let at = start + 1;
  const parts: string[] = [];
  for (; tokens.type(at) === WORD || tokens.type(at) === 58; at++) {
    if (tokens.type(at) === WORD) parts.push(findings.word(at));
  }
  if (tokens.type(at) !== 123) return afterSemicolon(findings, at, place.end);
  const name = parts.join(".");
  const container = name === "" ? place.container : joined(place.container, name);
  const inner = { container, end: tokens.link(at), depth: place.depth - 1 };
  readList(findings, at + 1, inner, name !== "");
  return tokens.after(at);
}

/** Reads `using Name = Type;`; a `using namespace` declares nothing. */
function readUsing(findings: Findings, start: number, place: Place): number {
  const { tokens } = findings;
  if (tokens.type(start + 1) === WORD && tokens.type(start + 2) === 61) {
    findings.define(start + 1, "type", { exported: true, container: place.container });
  }
  return afterSemicolon(findings, start, place.end);
}

function afterSemicolon({ tokens }: Findings, from: number, end: number): number {
  let at = from;
  while (at < end && tokens.type(at) !== 59) at = tokens.after(at);
  return at + 1;
}
