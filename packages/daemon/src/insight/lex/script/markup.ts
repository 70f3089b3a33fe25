import { LETTER, type Scanner } from "../scanner.ts";
import { CHILDREN, MARKUP_CLOSE, MARKUP_OPEN } from "../tokens.ts";

const longestTypeArguments = 500;

/**
 * Reads the `<` of a JSX element or fragment where an expression may begin; false if it is not
 * one, but a type's parameters, as in `<T,>(value: T) => value`.
 */
export function markup(scanner: Scanner): boolean {
  const next = scanner.peek(1);
  if (next !== 62 && !isLetter(scanner, next)) return false;
  if (next !== 62 && isTypeParameters(scanner)) return false;
  if (open(scanner)) children(scanner);
  return true;
}

/** Begins an element; true if it is a fragment's `<>`, whose children follow at once. */
function open(scanner: Scanner): boolean {
  const index = scanner.add(MARKUP_OPEN, scanner.at, scanner.at + 1);
  scanner.open.push(index);
  scanner.at++;
  if (scanner.peek(0) !== 62) return false;
  scanner.at++;
  scanner.tokens.flag(index, CHILDREN);
  return true;
}

function isLetter({ lexicon }: Scanner, code: number): boolean {
  return code >= 128 || (code > 0 && lexicon.actions[code] === LETTER);
}

function isTypeParameters({ text, at }: Scanner): boolean {
  const [, name, then] = /^<([\w$]+)\s*(extends\s|[,=]|>\()?/.exec(text.slice(at, at + 120)) ?? [];
  if (name === "const" && then === undefined) return true;
  if (then === undefined) return false;
  return then !== ">(" || !text.includes(`</${name}`, at);
}

/** Passes the arguments of a generic component: the `<string>` of `<List<string> of={names} />`. */
export function typeArguments(scanner: Scanner): void {
  const limit = Math.min(scanner.end, scanner.at + longestTypeArguments);
  let depth = 0;
  for (let at = scanner.at; at < limit; at++) {
    const code = scanner.text.charCodeAt(at);
    if (code === 60) depth++;
    else if (code === 62 && scanner.text.charCodeAt(at - 1) !== 61) depth--;
    if (depth !== 0) continue;
    scanner.passLines(at + 1);
    return;
  }
  scanner.at++;
}

/** Ends a tag by its `>` or `/>`; after the former its children are read. */
export function endTag(scanner: Scanner): void {
  if (scanner.peek(0) === 47) {
    scanner.at += 2;
    endElement(scanner);
  } else {
    scanner.at++;
    scanner.tokens.flag(scanner.open.at(-1) ?? 0, CHILDREN);
  }
  children(scanner);
}

/** Reads what is text in the innermost elements, up to the next tag or expression. */
export function children(scanner: Scanner): void {
  const { text, end } = scanner;
  while (isAmongChildren(scanner)) {
    let at = scanner.at;
    while (at < end && text.charCodeAt(at) !== 60 && text.charCodeAt(at) !== 123) at++;
    scanner.passLines(at);
    if (at === end) return;
    if (text.charCodeAt(at) === 123) {
      scanner.opening(123);
      return;
    }
    if (scanner.peek(1) === 47) {
      const close = text.indexOf(">", at);
      scanner.passLines(close < 0 ? end : close + 1);
      endElement(scanner);
    } else if (!open(scanner)) return;
  }
}

function isAmongChildren({ open: stack, tokens }: Scanner): boolean {
  const innermost = stack[stack.length - 1];
  return innermost !== undefined && tokens.has(innermost, CHILDREN);
}

function endElement(scanner: Scanner): void {
  const index = scanner.open.pop() ?? 0;
  scanner.tokens.pair(index, scanner.add(MARKUP_CLOSE, scanner.at, scanner.at));
}
