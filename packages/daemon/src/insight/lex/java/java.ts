import { slashComment } from "../actions.ts";
import { Findings } from "../findings.ts";
import { type MemberLanguage, MemberReader } from "../members.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { WORD } from "../tokens.ts";
import { countBranches, dottedName } from "../walk.ts";

const keywords =
  "abstract assert boolean break byte case catch char class const continue default do double else " +
  "enum extends false final finally float for goto if implements import instanceof int interface " +
  "long native new null package private protected public return short static strictfp super switch " +
  "synchronized this throw throws transient true try void volatile while";

const names = new Names(keywords.split(" "), ["record", "main", "module"]);

export const java: Lexicon = lexicon(
  names,
  { '"': quote, "'": (scanner) => scanner.lineString(39), "/": slashComment },
  { letters: "$" },
);

const branching = new Set(["if", "for", "while", "case", "catch"].map((word) => names.of(word)));
const IMPORT = names.of("import");
const PACKAGE = names.of("package");
const STATIC = names.of("static");
const MAIN = names.of("main");

const language: MemberLanguage = {
  types: new Map([
    [names.of("class"), "class"],
    [names.of("interface"), "interface"],
    [names.of("enum"), "enum"],
    [names.of("record"), "class"],
  ]),
  enumeration: names.of("enum"),
  visible: new Set([names.of("public"), names.of("protected")]),
  hidden: new Set([names.of("private")]),
  visibleByDefault: true,
  openTypes: new Set(["interface", "class", "enum"]),
  skipped: new Set([names.of("package")]),
  special({ findings }, at, place) {
    if (place.owner !== undefined || findings.tokens.name(at) !== IMPORT) return undefined;
    return readImport(findings, at);
  },
};

export function readJava(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  readPackage(findings);
  new MemberReader(findings, language).readAll();
  countBranches(findings, branching);
  findings.isEntryPoint = hasMain(findings);
  return findings;
}

/** A string, or a text block in three quotes. */
function quote(scanner: Scanner): void {
  if (scanner.peek(1) === 34 && scanner.peek(2) === 34) {
    scanner.longString('"""', scanner.at + 3, true);
  } else scanner.lineString(34);
}

function readPackage(findings: Findings): void {
  const { tokens } = findings;
  for (let at = 0; at < tokens.count; at = tokens.after(at)) {
    if (tokens.name(at) !== PACKAGE) continue;
    findings.packageName = dottedName(findings, at + 1).name;
    return;
  }
}

/** Reads `import a.b.C;`, `import a.b.*;` and `import static a.B.c;`. */
function readImport(findings: Findings, start: number): number {
  const { tokens } = findings;
  const isStatic = tokens.name(start + 1) === STATIC;
  const { name, after } = dottedName(findings, isStatic ? start + 2 : start + 1);
  const isWhole = tokens.type(after) === 46 && tokens.type(after + 1) === 42;
  if (name !== "") findings.addImport(name, start, "static", isWhole ? ["*"] : []);
  return isWhole ? after + 3 : after + 1;
}

/** Whether there is a `static void main(`, or since Java 25 a `void main(` as well. */
function hasMain({ tokens }: Findings): boolean {
  const VOID = names.of("void");
  for (let at = 1; at < tokens.count; at++) {
    if (tokens.name(at) !== MAIN || tokens.type(at + 1) !== 40) continue;
    if (tokens.type(at - 1) === WORD && tokens.name(at - 1) === VOID) return true;
  }
  return false;
}
