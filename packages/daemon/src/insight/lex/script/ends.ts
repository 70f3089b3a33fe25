import {
  ARROW,
  CONTROL,
  END,
  FIRST,
  MARKUP_CLOSE,
  NUMBER,
  REGEX,
  STRING,
  TEMPLATE_CLOSE,
  type Tokens,
  WORD,
} from "../tokens.ts";
import { afterAngles } from "./types.ts";
import {
  ABSTRACT,
  AS,
  ASYNC,
  CLASS,
  CONST,
  DECLARE,
  ENUM,
  EXPORT,
  EXTENDS,
  FUNCTION,
  GLOBAL,
  IMPORT,
  IN,
  INSTANCEOF,
  INTERFACE,
  IS,
  LET,
  MODULE,
  NAMESPACE,
  OF,
  operatorWords,
  SATISFIES,
  TYPE,
  VAR,
  WordSet,
} from "./words.ts";

const declaring = new WordSet([CLASS, CONST, ENUM, EXPORT, FUNCTION, IMPORT, LET, VAR]);
const declaringBeforeName = new WordSet([
  ABSTRACT,
  ASYNC,
  DECLARE,
  GLOBAL,
  INTERFACE,
  MODULE,
  NAMESPACE,
  TYPE,
]);
const continuing = new WordSet([AS, EXTENDS, IN, INSTANCEOF, IS, OF, SATISFIES]);

/** Whether a statement ends before this token without a semicolon, by the rules for line ends. */
export function endsBefore(tokens: Tokens, at: number): boolean {
  if (!tokens.has(at, FIRST)) return endsBlockBefore(tokens, at);
  if (!endsValue(tokens, at - 1)) return false;
  const type = tokens.type(at);
  if (type === WORD) return !continuing.has(tokens.link(at));
  if (type === 43 || type === 45) return tokens.type(at + 1) === type && tokens.touches(at);
  return (
    type === STRING ||
    type === NUMBER ||
    type === 64 ||
    type === 35 ||
    type === 123 ||
    (type === 33 && tokens.type(at + 1) !== 61)
  );
}

/** Whether a declaration follows on the same line as the block before it. */
function endsBlockBefore(tokens: Tokens, at: number): boolean {
  return tokens.type(at - 1) === 125 && tokens.type(at) === WORD && declaring.has(tokens.link(at));
}

function endsValue(tokens: Tokens, at: number): boolean {
  switch (tokens.type(at)) {
    case WORD:
      return tokens.link(at) >= operatorWords || tokens.type(at - 1) === 46;
    case 41: {
      const open = tokens.link(at);
      return open < 0 || !tokens.has(open, CONTROL);
    }
    case NUMBER:
    case STRING:
    case REGEX:
    case TEMPLATE_CLOSE:
    case MARKUP_CLOSE:
    case 93:
    case 125:
    case 62:
    case 33:
      return true;
    case 43:
    case 45:
      return tokens.type(at - 1) === tokens.type(at) && tokens.touches(at - 1);
    default:
      return false;
  }
}

/** The token after an expression or statement: its semicolon, its comma, or what comes after it. */
export function afterExpression(
  tokens: Tokens,
  start: number,
  end: number,
  commas: boolean,
): number {
  let at = start;
  while (at < end) {
    const type = tokens.type(at);
    if (type === END || type === 59 || type === 125) return at;
    if (commas && type === 44) return at;
    if (at > start && endsBefore(tokens, at)) return at;
    at = type === 60 && commas ? afterArguments(tokens, at) : tokens.after(at);
  }
  return end;
}

/** Passes a `<` that compares, and all of `<A, B>` where those are the arguments of a type. */
function afterArguments(tokens: Tokens, at: number): number {
  const end = afterAngles(tokens, at);
  if (end === at + 1) return end;
  for (let index = at + 1; index < end - 1; index = tokens.after(index)) {
    if (!isPartOfType(tokens, index)) return at + 1;
  }
  const next = tokens.type(end);
  const isOperand = next === NUMBER || (next === WORD && !continuing.has(tokens.link(end)));
  return isOperand && !tokens.has(end, FIRST) ? at + 1 : end;
}

function isPartOfType(tokens: Tokens, index: number): boolean {
  const type = tokens.type(index);
  if (type === 38 || type === 124) return tokens.type(index + 1) !== type;
  return (
    type === WORD ||
    type === STRING ||
    type === NUMBER ||
    type === ARROW ||
    type === 40 ||
    type === 123 ||
    type === 91 ||
    type === 44 ||
    type === 46 ||
    type === 60 ||
    type === 62 ||
    type === 63 ||
    type === 58 ||
    type === 61
  );
}

/** Whether a word of the language that is a name elsewhere begins a declaration here. */
export function isDeclaring(tokens: Tokens, at: number): boolean {
  const name = tokens.link(at);
  if (declaring.has(name)) return true;
  if (!declaringBeforeName.has(name) || tokens.has(at + 1, FIRST)) return false;
  const next = tokens.type(at + 1);
  if (name === GLOBAL) return next === 123;
  return next === WORD || (name === MODULE && next === STRING);
}
