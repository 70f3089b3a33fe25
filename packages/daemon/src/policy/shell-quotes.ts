import { type Reading, Unreadable } from "./shell-reading.ts";
import { literal, numbersOf, type Piece, unknownPiece } from "./shell-word.ts";

/** Reads what a dollar sign or a backtick begins. */
export type ReadExpansion = (reading: Reading, isQuoted: boolean) => Piece;

export function escaped(reading: Reading): Piece {
  const [raw = ""] = reading.take(/\\[\s\S]/y) ?? [];
  if (raw === "") throw new Unreadable("it ends with a backslash");
  return raw === "\\\n" ? literal("", "", false) : literal(raw.slice(1), raw, true);
}

export function singleQuoted(reading: Reading): Piece {
  const [raw] = reading.take(/'[^']*'/y) ?? [];
  if (raw === undefined) throw new Unreadable("a quotation mark is not closed");
  return literal(raw.slice(1, -1), raw, true);
}

/** `$'…'`: what its escapes become is left to the shell. */
export function ansiQuoted(reading: Reading): Piece {
  reading.onlyBash("$'…'");
  const [raw] = reading.take(/\$'(?:[^'\\]|\\[\s\S])*'/y) ?? [];
  if (raw === undefined) throw new Unreadable("a quotation mark is not closed");
  return unknownPiece(raw, true);
}

export function doubleQuoted(reading: Reading, expand: ReadExpansion): Piece {
  const from = reading.at;
  reading.at += 1;
  const pieces = quotedPieces(reading, '"', expand);
  reading.expect(/"/y, "a closing quotation mark");
  const raw = reading.text.slice(from, reading.at);
  const isSingle = pieces.every((piece) => piece.isSingle);
  if (pieces.some(({ value }) => value === null)) {
    return unknownPiece(raw, isSingle, numbersOf(pieces));
  }
  return literal(pieces.map(({ value }) => value).join(""), raw, true);
}

/** What is read as if in double quotes, up to a character or the end of the text. */
export function quotedPieces(reading: Reading, end: '"' | "", expand: ReadExpansion): Piece[] {
  const pieces: Piece[] = [];
  while (reading.next !== end && reading.next !== "") {
    const plain = reading.take(end === "" ? /[^\\$`]+/y : /[^"\\$`]+/y);
    if (plain) pieces.push(literal(plain[0], plain[0], true));
    else if (reading.next === "\\") pieces.push(escapedInQuotes(reading));
    else pieces.push(expand(reading, true));
  }
  return pieces;
}

/** Within double quotes only some characters can be escaped. */
function escapedInQuotes(reading: Reading): Piece {
  const [raw = "\\", character = ""] = reading.take(/\\([\s\S]?)/y) ?? [];
  const isEscape = character !== "" && '\n"\\$`'.includes(character);
  if (!isEscape) return literal(raw, raw, true);
  return literal(character === "\n" ? "" : character, raw, true);
}
