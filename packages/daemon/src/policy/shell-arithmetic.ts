import type { ReadExpansion } from "./shell-quotes.ts";
import { type Reading, Unreadable } from "./shell-reading.ts";

const token = /[A-Za-z_]\w*|\d\w*(?:#\w+)?|[ \t\n]+|[-+*/%<>=!&|^~?:,]/y;
const assigns = /(?:<<|>>|[^=!<>])=(?!=)|\+\+|--/;

/**
 * Reads an expression up to a sticky pattern that closes it, which it takes. With whatever bash
 * computes, it evaluates the text of it: subscripts are refused, and variables have to hold
 * numbers.
 */
export function readArithmetic(reading: Reading, close: RegExp, expand: ReadExpansion): void {
  const from = reading.at;
  const names: string[] = [];
  for (let depth = 0; ; ) {
    if (depth === 0 && reading.take(close)) break;
    if (reading.take(/\(/y)) depth += 1;
    else if (depth > 0 && reading.take(/\)/y)) depth -= 1;
    else if ("$`".includes(reading.next) && reading.next !== "") computed(reading, expand);
    else names.push(...nameIn(reading));
  }
  reading.findings.values.compute(names);
  if (!assigns.test(reading.text.slice(from, reading.at))) return;
  for (const name of names) reading.findings.assign(name, []);
}

function nameIn(reading: Reading): string[] {
  const [text] = reading.take(token) ?? [];
  if (text === undefined) throw new Unreadable("what it computes cannot be read");
  return /^[A-Za-z_]/.test(text) ? [text] : [];
}

function computed(reading: Reading, expand: ReadExpansion): void {
  const { numbers, raw } = expand(reading, true);
  if (numbers !== undefined) reading.findings.values.compute(numbers);
  else reading.findings.doubt(`it computes with ${raw}, whose value can run something`);
}
