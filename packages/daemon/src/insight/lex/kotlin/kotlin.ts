import { slashNested } from "../actions.ts";
import { Findings } from "../findings.ts";
import { type KeywordLanguage, readKeyworded } from "../keyworded.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { FIRST, STRING, TEMPLATE_CLOSE, TEMPLATE_MIDDLE, TEMPLATE_OPEN, WORD } from "../tokens.ts";
import { afterAngles, countBranches, dottedName } from "../walk.ts";

const keywords =
  "as break class continue do else false for fun if in interface is null object package return " +
  "super this throw true try typealias typeof val var when while";
const others = "import public internal protected private enum companion main";

const names = new Names(keywords.split(" "), others.split(" "));

export const kotlin: Lexicon = lexicon(names, {
  '"': quote,
  "'": (scanner) => scanner.lineString(39),
  "`": quotedName,
  "/": slashNested,
  "}": closingBrace,
});

const wordSet = (words: string): ReadonlySet<number> =>
  new Set(words.split(" ").map((word) => names.of(word)));

const FUN = names.of("fun");
const CLASS = names.of("class");
const COMPANION = names.of("companion");
const IMPORT = names.of("import");
const PACKAGE = names.of("package");
const VAL = names.of("val");
const VAR = names.of("var");
const branching = wordSet("if for while when catch");

const language: KeywordLanguage = {
  kinds: new Map([
    [FUN, "function"],
    [CLASS, "class"],
    [names.of("interface"), "interface"],
    [names.of("object"), "class"],
    [names.of("typealias"), "type"],
    [VAL, "variable"],
    [VAR, "variable"],
  ]),
  owners: wordSet("class interface object"),
  visible: wordSet("public internal"),
  hidden: wordSet("private protected"),
  visibleByDefault: true,
  nameOf,
  special(findings, at, place) {
    const { tokens } = findings;
    const name = tokens.name(at);
    if (place.container === undefined && tokens.has(at, FIRST)) {
      if (name === IMPORT) return readImport(findings, at);
      if (name === PACKAGE) {
        findings.packageName ??= dottedName(findings, at + 1).name;
        return at + 2;
      }
    }
    return undefined;
  },
};

export function readKotlin(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  readKeyworded(findings, language);
  countBranches(findings, branching);
  findings.isEntryPoint = findings.definitions.some(
    ({ name, kind }) => name === "main" && kind === "function",
  );
  return findings;
}

/** The last name before the parameters, as in `fun <T> List<T>.second()`, or `val String.size`. */
function nameOf(findings: Findings, start: number): number | undefined {
  const { tokens } = findings;
  const isType =
    tokens.name(start) !== FUN && tokens.name(start) !== VAL && tokens.name(start) !== VAR;
  let at = start + 1;
  if (tokens.type(at) === 60) at = afterAngles(tokens, at);
  if (tokens.name(start - 1) === COMPANION && tokens.type(at) === 123) return undefined;
  if (tokens.type(at) !== WORD) return undefined;
  if (isType || tokens.type(at - 1) === 58) return at;
  let name = at;
  for (at++; ; at++) {
    if (tokens.type(at) === 60) at = afterAngles(tokens, at);
    if (tokens.type(at) === 63) at++;
    if (tokens.type(at) !== 46 || tokens.type(at + 1) !== WORD) return name;
    name = ++at;
  }
}

/** Reads `import a.b.C`, `import a.b.*` and `import a.b.C as D`. */
function readImport(findings: Findings, start: number): number {
  const { tokens } = findings;
  const { name, after } = dottedName(findings, start + 1);
  const isWhole = tokens.type(after) === 46 && tokens.type(after + 1) === 42;
  if (name !== "") findings.addImport(name, start, "static", isWhole ? ["*"] : []);
  return isWhole ? after + 2 : after;
}

function quotedName(scanner: Scanner): void {
  const end = scanner.text.indexOf("`", scanner.at + 1);
  const text = end < 0 ? "" : scanner.text.slice(scanner.at + 1, end);
  if (text === "" || text.includes("\n")) {
    scanner.at++;
    return;
  }
  scanner.add(WORD, scanner.at + 1, end, names.of(text));
  scanner.at = end + 1;
}

function quote(scanner: Scanner): void {
  const isRaw = scanner.peek(1) === 34 && scanner.peek(2) === 34;
  scanner.quotes.push(isRaw ? '"""' : '"');
  readText(scanner, scanner.at + (isRaw ? 3 : 1), STRING, TEMPLATE_OPEN);
}

/** Reads a string's text up to its end or to the next `${`. */
function readText(scanner: Scanner, from: number, whole: number, part: number): void {
  const { text, end } = scanner;
  const quotes = scanner.quotes.at(-1) ?? '"';
  let at = from;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 92 && quotes.length === 1) at++;
    else if (code === 10 && quotes.length === 1) break;
    else if (code === 34 && text.startsWith(quotes, at)) {
      at += quotes.length;
      while (quotes.length === 3 && text.charCodeAt(at) === 34) at++;
      break;
    } else if (code === 36 && text.charCodeAt(at + 1) === 123) {
      scanner.templatePart(part, at + 2);
      return;
    }
  }
  scanner.quotes.pop();
  scanner.endTemplate(whole, Math.min(at, end));
}

function closingBrace(scanner: Scanner): void {
  const inner = scanner.innermost();
  if (inner === TEMPLATE_OPEN || inner === TEMPLATE_MIDDLE) {
    readText(scanner, scanner.at + 1, TEMPLATE_CLOSE, TEMPLATE_MIDDLE);
  } else scanner.closing(125);
}
