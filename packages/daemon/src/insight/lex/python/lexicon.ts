import { punctuation } from "../actions.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { STRING, TEMPLATE_CLOSE, TEMPLATE_MIDDLE, TEMPLATE_OPEN } from "../tokens.ts";

const keywords =
  "False None True and as assert async await break class continue def del elif else except finally " +
  "for from global if import in is lambda nonlocal not or pass raise return try while with yield";
const others = "self cls type match case __all__ __name__ TYPE_CHECKING __import__ import_module";

export const names = new Names(keywords.split(" "), others.split(" "));

export const python: Lexicon = lexicon(
  names,
  {
    "'\"": plainString,
    "#": (scanner) => scanner.lineComment(),
    "\\": backslash,
    "}": brace,
    ":": colon,
  },
  { newlines: true, afterWord: prefixed },
);

const prefix = /^(?:[bBuU]|[rR][bB]?|[bB][rR])$/;
const templatePrefix = /^(?:[fFtT][rR]?|[rR][fFtT])$/;

/** What follows a word that is glued to a quote: the string that it is the prefix of. */
function prefixed(scanner: Scanner, name: number): void {
  const code = scanner.peek(0);
  if (code !== 34 && code !== 39) return;
  const word = names.text(name);
  if (word.length > 2) return;
  const isTemplate = templatePrefix.test(word);
  if (!isTemplate && !prefix.test(word)) return;
  scanner.dropLast();
  if (isTemplate) templateString(scanner, code);
  else plainString(scanner);
}

function isTriple(scanner: Scanner, code: number): boolean {
  return scanner.peek(0) === code && scanner.peek(1) === code && scanner.peek(2) === code;
}

function plainString(scanner: Scanner): void {
  const code = scanner.peek(0);
  if (!isTriple(scanner, code)) scanner.lineString(code);
  else scanner.longString(String.fromCharCode(code).repeat(3), scanner.at + 3, true);
}

function templateString(scanner: Scanner, code: number): void {
  const quote = String.fromCharCode(code).repeat(isTriple(scanner, code) ? 3 : 1);
  scanner.quotes.push(quote);
  templateText(scanner, scanner.at + quote.length, STRING, TEMPLATE_OPEN);
}

/** Reads an f-string's text up to its end or to the next expression in braces. */
function templateText(scanner: Scanner, from: number, whole: number, part: number): void {
  const { text, end } = scanner;
  const quote = scanner.quotes.at(-1) ?? "'";
  const isShort = quote.length === 1;
  let at = from;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 10 && isShort) break;
    else if (code === quote.charCodeAt(0) && text.startsWith(quote, at)) {
      at += quote.length;
      break;
    } else if (code === 123) {
      if (text.charCodeAt(at + 1) === 123) at++;
      else {
        scanner.templatePart(part, at + 1);
        return;
      }
    }
  }
  scanner.quotes.pop();
  scanner.endTemplate(whole, Math.min(at, end));
}

function isInTemplate(scanner: Scanner): boolean {
  const inner = scanner.innermost();
  return inner === TEMPLATE_OPEN || inner === TEMPLATE_MIDDLE;
}

function brace(scanner: Scanner): void {
  if (!isInTemplate(scanner)) scanner.closing(125);
  else templateText(scanner, scanner.at + 1, TEMPLATE_CLOSE, TEMPLATE_MIDDLE);
}

/** In an f-string's expression a colon begins its format, of which nothing is read. */
function colon(scanner: Scanner): void {
  if (!isInTemplate(scanner)) {
    punctuation(scanner);
    return;
  }
  const { text, end } = scanner;
  const quote = scanner.quotes.at(-1) ?? "'";
  let at = scanner.at;
  for (let depth = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 123) depth++;
    else if (code === 125 && depth-- === 0) break;
    else if (quote.length === 1 && (code === 10 || code === quote.charCodeAt(0))) break;
  }
  scanner.passLines(at);
}

function backslash(scanner: Scanner): void {
  scanner.at++;
  if (scanner.peek(0) === 13) scanner.at++;
  if (scanner.peek(0) !== 10) return;
  scanner.at++;
  scanner.line++;
}
