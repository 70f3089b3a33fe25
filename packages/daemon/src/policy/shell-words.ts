import { expansion } from "./shell-expansions.ts";
import { doubleQuoted, escaped, singleQuoted } from "./shell-quotes.ts";
import { type Reading, Unreadable } from "./shell-reading.ts";
import { joined, literal, type Piece, type ShellWord, unknownPiece } from "./shell-word.ts";

export function readWord(reading: Reading): ShellWord {
  const pieces: Piece[] = [];
  for (let piece = pieceAt(reading); piece; piece = pieceAt(reading)) pieces.push(piece);
  if (pieces.length === 0) throw new Unreadable("a word is expected in it");
  return joined(pieces);
}

/** The value of an assignment; nothing at all is one, too. */
export function readValue(reading: Reading): ShellWord {
  return reading.sees(/[ \t\n;&|()]|[<>](?!\()|$/y) ? joined([]) : readWord(reading);
}

function pieceAt(reading: Reading): Piece | undefined {
  const plain = reading.take(/[^ \t\n;&|()<>\\'"$`]+/y);
  if (plain) return literal(plain[0], plain[0], false);
  if (reading.sees(/[<>]\(/y)) return processSubstitution(reading);
  switch (reading.next) {
    case "\\":
      return escaped(reading);
    case "'":
      return singleQuoted(reading);
    case '"':
      return doubleQuoted(reading, expansion);
    case "$":
    case "`":
      return expansion(reading, false);
    default:
      return undefined;
  }
}

function processSubstitution(reading: Reading): Piece {
  reading.onlyBash("process substitution");
  const from = reading.at;
  reading.at += 2;
  reading.substituted();
  return unknownPiece(reading.text.slice(from, reading.at), true);
}
