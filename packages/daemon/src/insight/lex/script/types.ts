import { ARROW, END, FIRST, NUMBER, STRING, type Tokens, WORD } from "../tokens.ts";
import {
  ABSTRACT,
  ASSERTS,
  EXTENDS,
  INFER,
  IS,
  KEYOF,
  NEW,
  READONLY,
  TYPEOF,
  UNIQUE,
} from "./words.ts";

const prefixes = new Set([ABSTRACT, ASSERTS, INFER, KEYOF, NEW, READONLY, TYPEOF, UNIQUE]);

/** Type arguments are short; what goes on for longer is a comparison. */
const mostTokens = 2000;
const mostNested = 40;

/** The token after the type arguments or parameters that begin at a `<`; at + 1 if they do not end. */
export function afterAngles(tokens: Tokens, at: number): number {
  let depth = 0;
  let left = mostTokens;
  for (let index = at; left > 0; index = tokens.after(index), left--) {
    const type = tokens.type(index);
    if (type === 60 && ++depth > mostNested) break;
    if (type === 62) depth--;
    else if (type === END || type === 59 || type === 41 || type === 93 || type === 125)
      return at + 1;
    if (depth === 0) return index + 1;
  }
  return at + 1;
}

/** The token after a type that begins at `start`. */
export function afterType(tokens: Tokens, start: number): number {
  let at = start;
  let expectsType = true;
  let conditions = 0;
  for (;;) {
    const type = tokens.type(at);
    const isOnNewLine = tokens.has(at, FIRST);
    switch (type) {
      case WORD: {
        const name = tokens.link(at);
        if (!expectsType && isOnNewLine && name !== EXTENDS && name !== IS) return at;
        if (name === EXTENDS || name === IS) expectsType = true;
        else if (prefixes.has(name) && startsType(tokens, at + 1)) expectsType = true;
        else if (!expectsType) return at;
        else expectsType = false;
        at++;
        break;
      }
      case 60: // <
        at = afterAngles(tokens, at);
        break;
      case 123: // {
        if (!expectsType) return at;
        expectsType = false;
        at = tokens.after(at);
        break;
      case 91: // [
        if (!expectsType && isOnNewLine) return at;
        expectsType = false;
        at = tokens.after(at);
        break;
      case 40: // (
        if (!expectsType && !isArgumentOfImport(tokens, at)) return at;
        expectsType = false;
        at = tokens.after(at);
        break;
      case ARROW:
      case 38:
      case 124:
      case 46: // & | .
        expectsType = true;
        at++;
        break;
      case 63: // ?
        conditions++;
        expectsType = true;
        at++;
        break;
      case 58: // :
        if (conditions-- === 0) return at;
        expectsType = true;
        at++;
        break;
      case 45: // -
        at++;
        break;
      default:
        if (!expectsType || !isLiteral(type)) return at;
        expectsType = false;
        at = tokens.after(at);
    }
  }
}

function isLiteral(type: number): boolean {
  return type === STRING || type === NUMBER || type === 6;
}

function isArgumentOfImport(tokens: Tokens, at: number): boolean {
  return tokens.type(at - 1) === WORD && tokens.type(at + 1) === STRING;
}

/** Whether a type may begin here, so that the word before is an operator and no type's name. */
function startsType(tokens: Tokens, at: number): boolean {
  if (tokens.has(at, FIRST)) return false;
  const type = tokens.type(at);
  const name = tokens.name(at);
  if (type === WORD) return name !== EXTENDS && name !== IS;
  return type === 40 || type === 91 || type === 123 || type === 60 || isLiteral(type);
}
