import { punctuation, takeComment } from "../actions.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import {
  ARROW,
  CONTROL,
  MARKUP_CLOSE,
  MARKUP_OPEN,
  NUMBER,
  REGEX,
  STRING,
  TEMPLATE_CLOSE,
  TEMPLATE_MIDDLE,
  TEMPLATE_OPEN,
  WORD,
} from "../tokens.ts";
import { children, endTag, markup, typeArguments } from "./markup.ts";
import { DO, ELSE, FOR, IF, IMPORT, names, operatorWords, REQUIRE, WHILE, WITH } from "./words.ts";

/** JavaScript and TypeScript, without and with JSX. */
export const script: Lexicon = table(false);
export const scriptWithMarkup: Lexicon = table(true);

function table(hasMarkup: boolean): Lexicon {
  const own = {
    "'\"": quote,
    "`": template,
    "/": slash,
    "=": equals,
    "(": parenthesis,
    "{": brace,
    "}": closingBrace,
    "#": hash,
    ...(hasMarkup && { "<": less, ">": greater }),
  };
  return lexicon(names, own, { letters: "$", afterWord: noteCall });
}

/** Notes what may be a call of `require` or `import`, so that nobody looks for them in all tokens. */
function noteCall(scanner: Scanner, name: number): void {
  if (name === IMPORT || name === REQUIRE) scanner.noted.push(scanner.tokens.count - 1);
}

/** Whether an expression may begin after the last token, so that what comes is no operator. */
export function expectsOperand(scanner: Scanner): boolean {
  const { tokens } = scanner;
  const last = tokens.count - 1;
  const type = tokens.type(last);
  switch (type) {
    case WORD:
      return tokens.link(last) < operatorWords && !isMember(scanner, last);
    case NUMBER:
    case STRING:
    case REGEX:
    case TEMPLATE_CLOSE:
    case MARKUP_CLOSE:
    case 93:
      return false;
    case 41:
    case 125: {
      const open = tokens.link(last);
      return open >= 0 && tokens.has(open, CONTROL);
    }
    case 33:
      return last === 0 || !tokens.touches(last - 1) || !isValue(tokens.type(last - 1));
    case 43:
    case 45:
      return !(
        tokens.type(last - 1) === type &&
        tokens.touches(last - 1) &&
        isValue(tokens.type(last - 2))
      );
    default:
      return true;
  }
}

function isValue(type: number): boolean {
  return type === WORD || type === 41 || type === 93 || type === STRING || type === NUMBER;
}

function isMember({ tokens }: Scanner, word: number): boolean {
  return tokens.type(word - 1) === 46 && tokens.type(word - 2) !== 46;
}

function quote(scanner: Scanner): void {
  const code = scanner.peek(0);
  // The strings of JSX's attributes go over lines and have no escapes.
  if (scanner.innermost() === MARKUP_OPEN) {
    scanner.longString(String.fromCharCode(code), scanner.at + 1, false);
  } else scanner.lineString(code);
}

function template(scanner: Scanner): void {
  templateText(scanner, scanner.at + 1, STRING, TEMPLATE_OPEN);
}

/** Reads a template's text up to its end or the next expression. */
function templateText(scanner: Scanner, from: number, whole: number, part: number): void {
  const { text, end } = scanner;
  let at = from;
  for (; at < end && text.charCodeAt(at) !== 96; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 36 && at + 1 < end && text.charCodeAt(at + 1) === 123) {
      scanner.templatePart(part, at + 2);
      return;
    }
  }
  scanner.endTemplate(whole, Math.min(at + 1, end));
}

function slash(scanner: Scanner): void {
  if (takeComment(scanner)) return;
  if (scanner.innermost() === MARKUP_OPEN && scanner.peek(1) === 62) {
    endTag(scanner);
    return;
  }
  const end = expectsOperand(scanner) ? regexEnd(scanner) : 0;
  scanner.add(end > 0 ? REGEX : 47, scanner.at, end > 0 ? end : scanner.at + 1);
  scanner.at = end > 0 ? end : scanner.at + 1;
}

/**
 * Where a regular expression ends, with its flags; 0 if it does not on its line, which then has no
 * other: whatever looks like one is not looked through again.
 */
function regexEnd(scanner: Scanner): number {
  const { text, at: start, end } = scanner;
  if (start < scanner.noRegexBefore) return 0;
  let inSet = false;
  let at = start + 1;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) break;
    if (code === 92) at++;
    else if (code === 91) inSet = true;
    else if (code === 93) inSet = false;
    else if (code === 47 && !inSet) {
      at++;
      while (at < end && text.charCodeAt(at) >= 97 && text.charCodeAt(at) <= 122) at++;
      return at;
    }
  }
  scanner.noRegexBefore = at;
  return 0;
}

function equals(scanner: Scanner): void {
  const isArrow = scanner.peek(1) === 62;
  const end = scanner.at + (isArrow ? 2 : 1);
  scanner.add(isArrow ? ARROW : 61, scanner.at, end);
  scanner.at = end;
}

function parenthesis(scanner: Scanner): void {
  const { tokens } = scanner;
  const last = tokens.count - 1;
  const name = tokens.name(last);
  const isControl = name === IF || name === WHILE || name === FOR || name === WITH;
  const index = scanner.opening(40);
  if (isControl && !isMember(scanner, last)) tokens.flag(index, CONTROL);
}

/** A brace is a block's unless an operand is expected before it; then it is an object's. */
function brace(scanner: Scanner): void {
  const { tokens } = scanner;
  const last = tokens.count - 1;
  const type = tokens.type(last);
  const name = tokens.name(last);
  const isBlock =
    type === 0 ||
    type === 59 ||
    type === 123 ||
    type === ARROW ||
    type === 41 ||
    type === 62 ||
    type === STRING ||
    (type === WORD && (name === ELSE || name === DO || !expectsOperand(scanner))) ||
    (type === 125 && expectsOperand(scanner));
  const index = scanner.opening(123);
  if (isBlock) tokens.flag(index, CONTROL);
}

function closingBrace(scanner: Scanner): void {
  const inner = scanner.innermost();
  if (inner === TEMPLATE_OPEN || inner === TEMPLATE_MIDDLE) {
    templateText(scanner, scanner.at + 1, TEMPLATE_CLOSE, TEMPLATE_MIDDLE);
    return;
  }
  scanner.closing(125);
  children(scanner);
}

/** A private name, or the line by which a script names its interpreter. */
function hash(scanner: Scanner): void {
  if (scanner.at === 0 && scanner.peek(1) === 33) scanner.lineComment();
  else punctuation(scanner);
}

function less(scanner: Scanner): void {
  if (scanner.innermost() === MARKUP_OPEN) typeArguments(scanner);
  else if (!expectsOperand(scanner) || !markup(scanner)) punctuation(scanner);
}

function greater(scanner: Scanner): void {
  if (scanner.innermost() === MARKUP_OPEN) endTag(scanner);
  else punctuation(scanner);
}
