import type { Findings } from "./shell-findings.ts";
import { type Reading, Unreadable } from "./shell-reading.ts";
import type { ShellWord } from "./shell-word.ts";
import { readWord } from "./shell-words.ts";

const names = /^-[vR]$/;
const compares = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** Reads what `[[` begins. It computes with what it compares as numbers. */
export function readTest(reading: Reading): void {
  const words: ShellWord[] = [];
  for (;;) {
    reading.take(/(?:[ \t]|\\\n)+/y);
    if (reading.take(/\]\](?=[ \t\n;&|()<>]|$)/y)) break;
    if (reading.take(/\n/y)) reading.noDocument();
    else if (reading.next === "#") throw new Unreadable("a test in it cannot be read");
    else if (reading.sees(/[<>]\(/y) || !reading.take(/&&|\|\||[()<>]/y)) {
      words.push(readWord(reading));
    }
  }
  for (const [at, { value }] of words.entries()) {
    if (names.test(value ?? "")) aName(words[at + 1], reading.findings);
    if (!compares.test(value ?? "")) continue;
    for (const operand of [words[at - 1], words[at + 1]]) aNumber(operand, reading.findings);
  }
}

function aName(word: ShellWord | undefined, findings: Findings): void {
  if (!/^\w+$/.test(word?.value ?? "")) findings.doubt("it evaluates the name that it looks for");
}

function aNumber(word: ShellWord | undefined, findings: Findings): void {
  if (word?.numbers !== undefined) findings.values.compute(word.numbers);
  else findings.doubt(`it computes with ${word?.raw}, whose value can run something`);
}

/** Whether `test` may be asked for a variable by name, of which it evaluates a subscript. */
export function testDoubt(args: readonly ShellWord[], findings: Findings): string | undefined {
  const reason = "it may evaluate the name of a variable";
  if (args.some(({ value }) => names.test(value ?? "")) && args.some(mayHaveSubscript))
    return reason;
  for (const [at, arg] of args.entries()) {
    if (arg.value !== null || !mayBeOperator(arg, args[at + 1])) continue;
    if (arg.numbers === undefined) return reason;
    findings.values.compute(arg.numbers);
  }
  return undefined;
}

function mayBeOperator({ isSingle }: ShellWord, next: ShellWord | undefined): boolean {
  return !isSingle || (next !== undefined && mayHaveSubscript(next));
}

function mayHaveSubscript({ value }: ShellWord): boolean {
  return value === null || value.includes("[");
}
