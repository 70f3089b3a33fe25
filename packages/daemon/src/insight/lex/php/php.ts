import { Findings } from "../findings.ts";
import { type KeywordLanguage, type KeywordPlace, readKeyworded } from "../keyworded.ts";
import type { Scanner } from "../scanner.ts";
import { STRING, WORD } from "../tokens.ts";
import { afterValue, countBranches } from "../walk.ts";
import { names } from "./lexicon.ts";

const wordSet = (words: string): ReadonlySet<number> =>
  new Set(words.split(" ").map((word) => names.of(word)));

const AS = names.of("as");
const CLASS = names.of("class");
const CONST = names.of("const");
const DIRECTORY = names.of("__DIR__");
const FUNCTION = names.of("function");
const NAMESPACE = names.of("namespace");
const NEW = names.of("new");
const USE = names.of("use");
const including = wordSet("include include_once require require_once");
const useKinds = wordSet("function const");
const branching = wordSet("if elseif for foreach while case catch");
const fieldModifiers = wordSet("public protected private static readonly var");

const language: KeywordLanguage = {
  kinds: new Map([
    [FUNCTION, "function"],
    [CLASS, "class"],
    [names.of("interface"), "interface"],
    [names.of("trait"), "class"],
    [names.of("enum"), "enum"],
    [CONST, "variable"],
    [names.of("case"), "variable"],
  ]),
  owners: wordSet("class interface trait enum"),
  visible: wordSet("public"),
  hidden: wordSet("private protected"),
  visibleByDefault: true,
  nameOf(findings, at) {
    const { tokens } = findings;
    if (tokens.name(at - 1) === NEW) return undefined;
    const name = tokens.type(at + 1) === 38 ? at + 2 : at + 1;
    if (tokens.type(name) !== WORD) return undefined;
    // A constant may have its type before its name.
    const isTyped = tokens.name(at) === CONST && tokens.type(name + 1) === WORD;
    return isTyped ? name + 1 : name;
  },
  special: readSpecial,
};

export function readPhp(scanner: Scanner): Findings {
  // What is before the first tag is no code.
  const findings = new Findings(scanner);
  readKeyworded(findings, language);
  readIncludes(findings);
  countBranches(findings, branching);
  findings.isEntryPoint = scanner.text.startsWith("#!");
  return findings;
}

function readSpecial(findings: Findings, at: number, place: KeywordPlace): number | undefined {
  const { tokens } = findings;
  const name = tokens.name(at);
  if (name === NAMESPACE && place.container === undefined && tokens.type(at + 1) === WORD) {
    const { path, after } = readPath(findings, at + 1);
    findings.packageName ??= path;
    // The braces of a namespace are passed through: its declarations are the file's.
    return tokens.type(after) === 123 ? after + 1 : after;
  }
  if (name === USE && place.container === undefined) return readUse(findings, at);
  if (place.container === undefined) return undefined;
  const isField = name >= 0 && findings.word(at).startsWith("$") && isDeclaredField(findings, at);
  return isField ? readField(findings, at, place) : undefined;
}

/** Whether modifiers stand before a variable, with its type in between. */
function isDeclaredField({ tokens }: Findings, at: number): boolean {
  for (let before = at - 1; before > at - 12; before--) {
    const type = tokens.type(before);
    if (fieldModifiers.has(tokens.name(before))) return true;
    if (type !== WORD && type !== 63 && type !== 124 && type !== 92) return false;
  }
  return false;
}

function readField(findings: Findings, at: number, place: KeywordPlace): number {
  const { tokens } = findings;
  const { container } = place;
  let exported = true;
  for (let before = at - 1; before > at - 12 && tokens.type(before) !== 59; before--) {
    if (language.hidden.has(tokens.name(before))) exported = false;
    if (tokens.type(before) === 123 || tokens.type(before) === 125) break;
  }
  const name = findings.word(at).slice(1);
  findings.addDefinition(name, "variable", tokens.line(at), { exported, container });
  return afterValue(tokens, at + 1, place.end);
}

/** A name with backslashes, and the token after it. */
function readPath(findings: Findings, start: number): { path: string; after: number } {
  const { tokens } = findings;
  let at = start;
  const parts: string[] = [];
  for (; tokens.type(at) === WORD || tokens.type(at) === 92; at++) {
    if (tokens.name(at) === AS) break;
    if (tokens.type(at) === WORD) parts.push(findings.word(at));
  }
  return { path: parts.join("\\"), after: at };
}

/** Reads `use A\B;`, `use A\B as C, D;`, `use function A\b;` and `use A\{B, C\D};`. */
function readUse(findings: Findings, start: number): number {
  const { tokens } = findings;
  if (tokens.type(start + 1) === 40) return start + 1;
  let at = useKinds.has(tokens.name(start + 1)) ? start + 2 : start + 1;
  for (;;) {
    const { path, after } = readPath(findings, at);
    at = after;
    if (tokens.type(at) === 123) {
      readUseGroup(findings, start, at, path);
      return tokens.after(at);
    }
    if (path !== "") findings.addImport(path, start, "static");
    if (tokens.name(at) === AS) at += 2;
    if (tokens.type(at) !== 44) return at;
    at++;
  }
}

function readUseGroup(findings: Findings, start: number, open: number, prefix: string): void {
  const { tokens } = findings;
  const close = tokens.link(open);
  for (let at = open + 1; at < close; at++) {
    const { path, after } = readPath(findings, useKinds.has(tokens.name(at)) ? at + 1 : at);
    if (path !== "") findings.addImport(`${prefix}\\${path}`, start, "static");
    at = tokens.name(after) === AS ? after + 2 : after;
  }
}

/** Finds `require "x.php"`, `require(__DIR__ . "/x.php")` and their like, wherever they are. */
function readIncludes(findings: Findings): void {
  const { tokens } = findings;
  for (let start = 0; start < tokens.count; start++) {
    if (!including.has(tokens.name(start))) continue;
    let at = tokens.type(start + 1) === 40 ? start + 2 : start + 1;
    const isBeside = tokens.name(at) === DIRECTORY && tokens.type(at + 1) === 46;
    if (isBeside) at += 2;
    const next = tokens.type(at + 1);
    if (tokens.type(at) !== STRING || (next !== 59 && next !== 41)) continue;
    const path = findings.quoted(at);
    findings.addImport(isBeside ? `.${path}` : path, start, "require");
  }
}
