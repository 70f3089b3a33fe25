import { readArithmetic } from "./shell-arithmetic.ts";
import { ansiQuoted, doubleQuoted, singleQuoted } from "./shell-quotes.ts";
import { type Reading, Unreadable } from "./shell-reading.ts";
import { literal, type Piece, unknownPiece } from "./shell-word.ts";

/** Reads what a dollar sign or a backtick begins. */
export function expansion(reading: Reading, isQuoted: boolean): Piece {
  return reading.nested(() => expansionAt(reading, isQuoted));
}

function expansionAt(reading: Reading, isQuoted: boolean): Piece {
  const from = reading.at;
  const raw = () => reading.text.slice(from, reading.at);
  if (reading.next === "`") return backtick(reading, isQuoted);
  if (reading.take(/\$\(\(/y)) {
    readArithmetic(reading, /\)\)/y, expansion);
    return unknownPiece(raw(), true, []);
  }
  if (reading.take(/\$\(/y)) {
    reading.substituted();
    return substitution(raw(), isQuoted);
  }
  if (reading.take(/\$\{/y)) return braced(reading, isQuoted);
  if (reading.sees(/\$(?:\[|\\\n)/y)) throw new Unreadable("an expansion in it cannot be read");
  if (!isQuoted && reading.sees(/\$["']/y)) return dollarQuoted(reading);
  const [, name] = reading.take(/\$([A-Za-z_]\w*|[\d#?$!@*-])/y) ?? [];
  if (name !== undefined) return variable(name, raw(), isQuoted);
  reading.at += 1;
  return literal("$", "$", isQuoted);
}

const shown = /^\$\(cat << ?(['"]?)(\w+)\1\n(?!\2\n)((?:(?!\n\2\n)[\s\S])*)\n\2\n\s*\)$/;
const numeric = /^\$\((?:seq [\d ]+|wc -[clmw] ?< ?[\w./-]+)\)$/;

/**
 * What a command prints is known of few: of those that show a text which stands there, or count.
 */
function substitution(raw: string, isQuoted: boolean): Piece {
  const [, mark, , text] = shown.exec(raw) ?? [];
  if (isQuoted && text !== undefined && (mark !== "" || !/[$`\\]/.test(text))) {
    return literal(text.replace(/\n+$/, ""), raw, true);
  }
  return unknownPiece(raw, isQuoted, numeric.test(raw) ? [] : undefined);
}

function dollarQuoted(reading: Reading): Piece {
  if (reading.sees(/\$'/y)) return ansiQuoted(reading);
  reading.onlyBash('$"…"');
  reading.at += 1;
  const { raw, isSingle } = doubleQuoted(reading, expansion);
  return unknownPiece(`$${raw}`, isSingle);
}

function variable(name: string, raw: string, isQuoted: boolean): Piece {
  const numbers = /^[#?$!]$/.test(name) ? [] : /^[A-Za-z]/.test(name) ? [name] : undefined;
  return unknownPiece(raw, isQuoted && name !== "@", numbers);
}

/** Within backticks a backslash means something else than outside of them. */
function backtick(reading: Reading, isQuoted: boolean): Piece {
  const [raw, text] = reading.take(/`([^`\\]*)`/y) ?? [];
  if (raw === undefined || text === undefined) {
    throw new Unreadable("what is in its backticks cannot be read");
  }
  reading.within(text).commands("");
  return unknownPiece(raw, isQuoted);
}

/** `${…}`, of which the beginning is read. */
function braced(reading: Reading, isQuoted: boolean): Piece {
  const from = reading.at - 2;
  const raw = () => reading.text.slice(from, reading.at);
  if (reading.take(/#(?:[A-Za-z_]\w*(?:\[[@*]\])?|[@*#?$!\d-])?\}/y)) {
    return unknownPiece(raw(), true, []);
  }
  if (reading.take(/!/y)) reading.findings.doubt("it reads a variable that another one names");
  const [name] = reading.take(/[A-Za-z_]\w*|\d+|[@*?$!-]/y) ?? [];
  if (name === undefined) throw new Unreadable("an expansion in it cannot be read");
  const isArray = subscript(reading);
  if (reading.take(/\}/y)) {
    const { isSingle, numbers } = variable(name, "", isQuoted);
    return unknownPiece(raw(), isSingle && !isArray, isArray ? undefined : numbers);
  }
  operation(reading, name, isQuoted);
  return unknownPiece(raw(), isQuoted && !isArray && name !== "@");
}

function subscript(reading: Reading): boolean {
  if (reading.next !== "[") return false;
  const [, index, name] = reading.take(/\[([@*]|\d+|\$?([a-z]\w*))\]/y) ?? [];
  if (index === undefined) throw new Unreadable("a subscript in it cannot be read");
  if (name !== undefined) reading.findings.values.compute([name]);
  return true;
}

/** What is done to the value of a variable, up to the closing brace. */
function operation(reading: Reading, name: string, isQuoted: boolean): void {
  const [, transformation] = reading.take(/@([A-Za-z])\}/y) ?? [];
  if (transformation !== undefined) {
    if (!"QULu".includes(transformation))
      reading.findings.doubt(`it evaluates the value of ${name}`);
    return;
  }
  const [instead] = reading.take(/:?[-+?=]/y) ?? [];
  if (instead?.endsWith("=")) reading.findings.assign(name, undefined);
  if (instead === undefined && reading.take(/:/y)) {
    readArithmetic(reading, /\}/y, expansion);
    return;
  }
  if (instead === undefined && !reading.take(/##?|%%?|\/[/#%]?|\^\^?|,,?/y)) {
    throw new Unreadable("an expansion in it cannot be read");
  }
  while (!reading.take(/\}/y)) insideBraces(reading, isQuoted);
}

/** What quotation marks mean here within others depends on the version of bash. */
function insideBraces(reading: Reading, isQuoted: boolean): void {
  if (reading.take(/(?:[^\\'"$`{}<>]|[<>](?!\()|\\[\s\S])+/y)) return;
  if (!isQuoted && reading.next === "'") singleQuoted(reading);
  else if (!isQuoted && reading.next === '"') doubleQuoted(reading, expansion);
  else if (reading.sees(/[$`]/y)) expansion(reading, isQuoted);
  else throw new Unreadable("an expansion in it cannot be read");
}
