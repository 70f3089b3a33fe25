import { punctuation, slashComment } from "../actions.ts";
import { Findings } from "../findings.ts";
import { type MemberLanguage, MemberReader, type Place } from "../members.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { ARROW, WORD } from "../tokens.ts";
import { afterAngles, countBranches, dottedName, joined } from "../walk.ts";

const keywords =
  "abstract as base bool break byte case catch char checked class const continue decimal default " +
  "delegate do double else enum event explicit extern false finally fixed float for foreach goto if " +
  "implicit in int interface internal is lock long namespace new null object operator out override " +
  "params private protected public readonly ref return sbyte sealed short sizeof stackalloc static " +
  "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual " +
  "void volatile while";

const names = new Names(keywords.split(" "), ["record", "global", "Main", "where"]);

export const csharp: Lexicon = lexicon(names, {
  '"': quote,
  "'": (scanner) => scanner.lineString(39),
  "/": slashComment,
  "#": directive,
  "@$": prefix,
  "=": equals,
});

const wordSet = (words: string): ReadonlySet<number> =>
  new Set(words.split(" ").map((word) => names.of(word)));

const branching = wordSet("if for foreach while case catch");
const DELEGATE = names.of("delegate");
const GLOBAL = names.of("global");
const MAIN = names.of("Main");
const NAMESPACE = names.of("namespace");
const RECORD = names.of("record");
const STATIC = names.of("static");
const USING = names.of("using");

const language: MemberLanguage = {
  types: new Map([
    [names.of("class"), "class"],
    [names.of("struct"), "class"],
    [RECORD, "class"],
    [names.of("interface"), "interface"],
    [names.of("enum"), "enum"],
  ]),
  enumeration: names.of("enum"),
  visible: wordSet("public protected internal"),
  hidden: wordSet("private"),
  visibleByDefault: true,
  openTypes: new Set(["interface", "enum"]),
  skipped: wordSet("operator"),
  special(reader, at, place) {
    const { tokens } = reader.findings;
    const name = tokens.name(at);
    if (name === NAMESPACE) return readNamespace(reader, at, place);
    if (name === USING && place.owner === undefined) return readUsing(reader.findings, at, at + 1);
    if (name === GLOBAL && tokens.name(at + 1) === USING)
      return readUsing(reader.findings, at, at + 2);
    return readDelegate(reader.findings, at, place);
  },
};

export function readCSharp(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  const { tokens } = findings;
  new MemberReader(findings, language).readAll();
  countBranches(findings, branching);
  for (let at = 0; at < tokens.count; at++) {
    if (tokens.name(at) === MAIN && tokens.type(at + 1) === 40) findings.isEntryPoint = true;
  }
  return findings;
}

/** The members of a namespace are the file's own, as those of a package are in Java. */
function readNamespace(reader: MemberReader, start: number, place: Place): number {
  const { findings } = reader;
  const { name, after } = dottedName(findings, start + 1);
  const isInner = findings.packageName !== undefined && place.depth < 100;
  findings.packageName ??= name;
  const container = isInner ? joined(place.container, name) : place.container;
  return reader.readBody(after, { container, depth: place.depth });
}

/** Reads `using A.B;`, `using static A.B;` and `using X = A.B;`, but no `using` of a resource. */
function readUsing(findings: Findings, start: number, from: number): number | undefined {
  const { tokens } = findings;
  let at = tokens.name(from) === STATIC ? from + 1 : from;
  if (tokens.type(at) === WORD && tokens.type(at + 1) === 61) at += 2;
  const { name, after } = dottedName(findings, at);
  const end = tokens.type(after) === 60 ? afterAngles(tokens, after) : after;
  if (name === "" || tokens.type(end) !== 59) return undefined;
  findings.addImport(name, start, "static");
  return end + 1;
}

/** Reads `public delegate Task Handler<T>(T value);`, which declares a type. */
function readDelegate(findings: Findings, start: number, place: Place): number | undefined {
  const { tokens } = findings;
  let at = start;
  while (tokens.type(at) === WORD && tokens.name(at) !== DELEGATE) at++;
  if (tokens.name(at) !== DELEGATE || tokens.type(at + 1) === 42) return undefined;
  let open = at + 1;
  while (open < place.end && tokens.type(open) !== 40 && tokens.type(open) !== 59) {
    open = tokens.type(open) === 60 ? afterAngles(tokens, open) : open + 1;
  }
  let name = open - 1;
  while (name > at && tokens.type(name) !== 60 && tokens.type(open - 1) === 62) name--;
  if (tokens.type(name) === 60) name--;
  if (tokens.type(name) === WORD && name > at) {
    findings.define(name, "type", { exported: true, container: place.container });
  }
  return tokens.after(open);
}

function equals(scanner: Scanner): void {
  if (scanner.peek(1) !== 62) {
    punctuation(scanner);
    return;
  }
  scanner.add(ARROW, scanner.at, scanner.at + 2);
  scanner.at += 2;
}

/** A directive of the preprocessor, which is no code. */
function directive(scanner: Scanner): void {
  const lineEnd = scanner.text.indexOf("\n", scanner.at);
  scanner.at = lineEnd < 0 ? scanner.end : lineEnd;
}

function quote(scanner: Scanner): void {
  let quotes = 0;
  while (scanner.peek(quotes) === 34) quotes++;
  if (quotes >= 3) scanner.longString('"'.repeat(quotes), scanner.at + quotes, false);
  else scanner.lineString(34);
}

/** The `@` and `$` of `@"…"`, `$"…"`, `$@"…"` and `@class`. */
function prefix(scanner: Scanner): void {
  let places = 0;
  let isVerbatim = false;
  for (let code = scanner.peek(0); code === 64 || code === 36; code = scanner.peek(places)) {
    isVerbatim ||= code === 64;
    places++;
  }
  scanner.at += places;
  if (scanner.peek(0) !== 34) return;
  if (!isVerbatim) quote(scanner);
  else verbatim(scanner);
}

/** A string in which two quotes are one, and a backslash is nothing special. */
function verbatim(scanner: Scanner): void {
  const { text } = scanner;
  let end = text.indexOf('"', scanner.at + 1);
  while (end >= 0 && text.charCodeAt(end + 1) === 34) end = text.indexOf('"', end + 2);
  scanner.longString('"', end < 0 ? scanner.end : end, false);
}
