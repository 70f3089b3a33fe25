import { type Reading, Unreadable } from "./shell-reading.ts";
import { joined, type ShellWord, unknownPiece } from "./shell-word.ts";
import { readValue, readWord } from "./shell-words.ts";

const declarations = new Set(["export", "readonly", "declare", "typeset", "local"]);

/**
 * Whether the shell reads assignments among the arguments of this command, as some only do if it is
 * bash.
 */
export function isDeclaration([name]: readonly ShellWord[], { isBash }: Reading): boolean {
  return isBash && name !== undefined && declarations.has(name.raw);
}

/** Reads an assignment, if there is one. */
export function assignment(reading: Reading): ShellWord | undefined {
  const target = reading.take(/([A-Za-z_]\w*)(\[(?:\d+|\$?([a-z]\w*))\])?(\+?)=/y);
  if (target === undefined) return notAssigned(reading);
  const [raw, name = "", subscript, index, adds] = target;
  if (subscript || adds) reading.onlyBash("arrays, nor +=");
  if (index !== undefined) reading.findings.values.compute([index]);
  if (subscript !== undefined) reading.findings.values.array(name);
  if (reading.next === "(") return { ...elements(reading, name), raw, assigned: name };
  const { value, ...word } = readValue(reading);
  return { ...word, value: value === null ? null : `${raw}${value}`, raw, assigned: name };
}

function elements(reading: Reading, name: string): ShellWord {
  reading.onlyBash("arrays");
  reading.at += 1;
  for (reading.blanks(); !reading.take(/\)/y); reading.blanks()) {
    if (reading.take(/\n/y)) reading.noDocument();
    else if (reading.next === "[") throw new Unreadable("a subscript in it cannot be read");
    else readWord(reading);
  }
  reading.findings.values.array(name);
  return joined([unknownPiece("", true)]);
}

/** What bash reads as an assignment all the same, were it not for a continuation or a subscript. */
function notAssigned(reading: Reading): undefined {
  if (!reading.sees(/[A-Za-z_](?:\w|\\\n)*(?:\[|\+?(?:\\\n)*=)/y)) return undefined;
  throw new Unreadable("an assignment in it cannot be read");
}
