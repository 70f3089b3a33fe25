import { punctuation, slashNested } from "../actions.ts";
import { Findings } from "../findings.ts";
import { type KeywordLanguage, readKeyworded } from "../keyworded.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { FIRST, STRING, WORD } from "../tokens.ts";
import { countBranches, dottedName } from "../walk.ts";

const keywords =
  "actor associatedtype as break case catch class continue default defer deinit do else enum " +
  "extension fallthrough false fileprivate for func guard if import in init inout internal is let nil " +
  "open operator private protocol public repeat rethrows return self Self static struct subscript " +
  "super switch throw throws true try typealias var where while";

const names = new Names(keywords.split(" "), ["main"]);

export const swift: Lexicon = lexicon(names, {
  '"': (scanner) => string(scanner, 0),
  "#": hash,
  "/": slashNested,
  "`": (scanner) => {
    scanner.at++;
  },
});

const wordSet = (words: string): ReadonlySet<number> =>
  new Set(words.split(" ").map((word) => names.of(word)));

const CLASS = names.of("class");
const CASE = names.of("case");
const EXTENSION = names.of("extension");
const IMPORT = names.of("import");
const MAIN = names.of("main");
const kinds = wordSet("typealias struct class enum protocol let var func");
const branching = wordSet("if for while case catch guard");

const language: KeywordLanguage = {
  kinds: new Map([
    [names.of("func"), "function"],
    [CLASS, "class"],
    [names.of("struct"), "class"],
    [names.of("actor"), "class"],
    [names.of("protocol"), "interface"],
    [names.of("enum"), "enum"],
    [names.of("typealias"), "type"],
    [names.of("associatedtype"), "type"],
    [names.of("let"), "variable"],
    [names.of("var"), "variable"],
    [CASE, "variable"],
    [EXTENSION, "module"],
  ]),
  owners: wordSet("class struct actor protocol enum extension"),
  visible: wordSet("public open internal"),
  hidden: wordSet("private fileprivate"),
  visibleByDefault: true,
  nameOf(findings, at) {
    const { tokens } = findings;
    if (tokens.type(at + 1) !== WORD || tokens.type(at - 1) === 46) return undefined;
    // A member may belong to the class: `class func`, `class var`.
    const isModifier = tokens.name(at) === CLASS && kinds.has(tokens.name(at + 1));
    return isModifier ? undefined : at + 1;
  },
  special(findings, at) {
    const { tokens } = findings;
    if (tokens.type(at) === 64 && tokens.name(at + 1) === MAIN) findings.isEntryPoint = true;
    if (tokens.name(at) !== IMPORT || !tokens.has(at, FIRST)) return undefined;
    const first = kinds.has(tokens.name(at + 1)) ? at + 2 : at + 1;
    const { name, after } = dottedName(findings, first);
    if (name !== "") findings.addImport(name, at, "static");
    return after;
  },
};

export function readSwift(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  readKeyworded(findings, language);
  // What an extension has are the members of its type, but the type is declared elsewhere.
  const declared = findings.definitions.filter(({ kind }) => kind !== "module");
  findings.definitions.splice(0, findings.definitions.length, ...declared);
  countBranches(findings, branching);
  return findings;
}

/** `#"…"#`, in which a quote alone ends nothing, or a directive as `#if`. */
function hash(scanner: Scanner): void {
  let hashes = 0;
  while (scanner.peek(hashes) === 35) hashes++;
  if (scanner.peek(hashes) === 34) {
    scanner.at += hashes;
    string(scanner, hashes);
  } else for (; hashes > 0; hashes--) punctuation(scanner);
}

function string(scanner: Scanner, hashes: number): void {
  const isLong = scanner.peek(1) === 34 && scanner.peek(2) === 34;
  const close = (isLong ? '"""' : '"') + "#".repeat(hashes);
  if (isLong || hashes > 0) {
    scanner.longString(close, scanner.at + (isLong ? 3 : 1), hashes === 0);
  } else interpolated(scanner);
}

/** A string on one line, whose `\(…)` may hold strings of its own. */
function interpolated(scanner: Scanner): void {
  const { text, end } = scanner;
  let depth = 0;
  let at = scanner.at + 1;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) break;
    if (code === 92 && text.charCodeAt(at + 1) === 40) {
      depth++;
      at++;
    } else if (code === 92) at++;
    else if (depth > 0 && code === 40) depth++;
    else if (depth > 0 && code === 41) depth--;
    else if (depth === 0 && code === 34) {
      at++;
      break;
    }
  }
  scanner.addLong(STRING, Math.min(at, end));
}
