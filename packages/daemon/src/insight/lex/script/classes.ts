import type { Findings } from "../findings.ts";
import { FIRST, NUMBER, STRING, type Tokens, WORD } from "../tokens.ts";
import { afterExpression } from "./ends.ts";
import { afterAngles, afterType } from "./types.ts";
import { CONSTRUCTOR, memberModifiers, STATIC } from "./words.ts";

interface Class {
  readonly container: string;
  readonly exported: boolean;
}

/** Reads the members of a class from the head that begins at `at`; gives the token after the class. */
export function readClassBody(findings: Findings, at: number, owner: Class): number {
  const { tokens } = findings;
  const open = braceAfterHead(tokens, at);
  if (open < 0) return at;
  const close = tokens.link(open);
  if (close < 0) return open + 1;
  for (let member = open + 1; member < close; ) {
    member = Math.max(readMember(findings, member, close, owner), member + 1);
  }
  return close + 1;
}

function braceAfterHead(tokens: Tokens, from: number): number {
  for (let at = from; at < tokens.count; ) {
    const type = tokens.type(at);
    if (type === 123) return at;
    if (type === 59 || type === 125) return -1;
    at = type === 60 ? afterAngles(tokens, at) : tokens.after(at);
  }
  return -1;
}

function readMember(findings: Findings, start: number, close: number, owner: Class): number {
  const { tokens } = findings;
  let at = start;
  while (tokens.type(at) === 64) at = afterDecorator(tokens, at);
  while (memberModifiers.has(tokens.name(at)) && namesMember(tokens, at + 1)) at++;
  if (tokens.name(at) === STATIC && tokens.type(at + 1) === 123) return tokens.after(at + 1);
  if (tokens.type(at) === 42) at++;
  const isPrivate = tokens.type(at) === 35;
  const name = isPrivate ? at + 1 : at;
  const type = tokens.type(name);
  if (type !== WORD && type !== STRING && type !== NUMBER && type !== 91) return at + 1;
  at = tokens.after(name);
  if (tokens.type(at) === 63 || tokens.type(at) === 33) at++;
  const isMethod = tokens.type(at) === 40 || tokens.type(at) === 60;
  if (type === WORD && !(isMethod && tokens.link(name) === CONSTRUCTOR)) {
    const exported = owner.exported && !isPrivate;
    const kind = isMethod ? "method" : "variable";
    findings.define(name, kind, { exported, container: owner.container }, isPrivate ? "#" : "");
  }
  return isMethod ? afterMethod(tokens, at) : afterField(tokens, at, close);
}

/** Whether a member's name, or another modifier before it, is here. */
function namesMember(tokens: Tokens, at: number): boolean {
  const type = tokens.type(at);
  if (type === 42) return true;
  return type === WORD || type === STRING || type === NUMBER || type === 91 || type === 35;
}

export function afterDecorator(tokens: Tokens, start: number): number {
  let at = tokens.after(start + 1);
  while (tokens.type(at) === 46) at += 2;
  if (tokens.type(at) === 60) at = afterAngles(tokens, at);
  return tokens.type(at) === 40 && !tokens.has(at, FIRST) ? tokens.after(at) : at;
}

/** The token after parameters, result and body, of which a declaration has only the first two. */
export function afterMethod(tokens: Tokens, start: number): number {
  let at = tokens.type(start) === 60 ? afterAngles(tokens, start) : start;
  if (tokens.type(at) === 40) at = tokens.after(at);
  if (tokens.type(at) === 58) at = afterType(tokens, at + 1);
  return tokens.type(at) === 123 || tokens.type(at) === 59 ? tokens.after(at) : at;
}

function afterField(tokens: Tokens, start: number, close: number): number {
  let at = start;
  if (tokens.type(at) === 58) at = afterType(tokens, at + 1);
  return tokens.type(at) === 61 ? afterExpression(tokens, at + 1, close, false) : at;
}
