import { assignment, isDeclaration } from "./shell-assignments.ts";
import { compound, defined, isKeyword } from "./shell-compounds.ts";
import type { Simple } from "./shell-findings.ts";
import { endLine, hereDocument } from "./shell-heredocs.ts";
import { type Closer, type Reading, Unreadable } from "./shell-reading.ts";
import type { ShellWord } from "./shell-word.ts";
import { readWord } from "./shell-words.ts";

/**
 * Reads commands up to what closes them, which it leaves. Whatever structure they have is
 * flattened: it decides only which of them run, and what the shell itself refuses does nothing.
 */
export function readCommands(reading: Reading, closer: Closer): void {
  for (;;) {
    reading.blanks();
    if (isClosed(reading, closer)) break;
    if (reading.next === "\n") endLine(reading);
    else if (reading.take(/;(?![;&])|&&|&(?!>)|\|\||\|(?!&)/y)) continue;
    else if (reading.take(/\|&/y)) reading.onlyBash("|&");
    else if (!compound(reading)) readSimple(reading);
  }
  if (closer === "") reading.noDocument();
}

function isClosed(reading: Reading, closer: Closer): boolean {
  if (closer !== ";;") return reading.next === closer;
  return reading.sees(/;;|;&|esac(?=[ \t\n;&|()<>]|$)/y);
}

function readSimple(reading: Reading): void {
  const simple: Simple = { words: [], redirects: [] };
  const from = reading.at;
  const assigned: ShellWord[] = [];
  for (reading.blanks(); ; reading.blanks()) {
    if (redirect(reading, simple)) continue;
    if (reading.sees(/[\n;&|()]|$/y)) break;
    const { words } = simple;
    const isFirst = words.length === 0;
    const value = isFirst || isDeclaration(words, reading) ? assignment(reading) : undefined;
    if (value !== undefined) (isFirst ? assigned : words).push(value);
    else if (!word(reading, simple)) return;
  }
  if (reading.at === from) throw new Unreadable("a command is expected in it");
  if (reading.next === "(") throw new Unreadable("a parenthesis in it cannot be read");
  for (const { assigned: name = "", numbers } of assigned) {
    // Only `read` itself sees this one.
    if (name === "IFS" && simple.words[0]?.value === "read") continue;
    reading.findings.assign(name, numbers);
  }
  if (simple.words.length + simple.redirects.length > 0) reading.findings.commands.push(simple);
}

/** Reads a word of a command; false if it is the name of a function that is defined here. */
function word(reading: Reading, simple: Simple): boolean {
  const read = readWord(reading);
  const isRedirected = reading.sees(/[<>]/y);
  if (isRedirected && /^(?:\{.*\}|\d{4,})$/.test(read.raw)) {
    throw new Unreadable(`what is written to ${read.raw} in it cannot be read`);
  }
  if (isRedirected && /^\d+$/.test(read.raw)) return redirect(reading, simple);
  const isFirst = simple.words.length === 0;
  if (isFirst && isKeyword(read.raw)) throw new Unreadable(`${read.raw} in it cannot be read`);
  if (isFirst && reading.take(/[ \t]*\([ \t]*\)/y)) {
    defined(reading, read.raw);
    return false;
  }
  simple.words.push(read);
  return true;
}

/**
 * What a descriptor becomes a copy of: bash expands that once more when its quotation marks are
 * gone.
 */
function duplicated(reading: Reading, { raw }: ShellWord): void {
  if (/^(?:\d+-?|-)$/.test(raw)) return;
  reading.onlyBash("a copy of what is no number");
  if (!/^[\w./-]+$/.test(raw)) reading.findings.doubt(`it evaluates ${raw} a second time`);
}

const devices = /^\/dev\/(?:tcp|udp)\//;

/** Reads a redirection, if there is one. */
function redirect(reading: Reading, simple: Simple): boolean {
  if (reading.sees(/[<>]\(/y)) return false;
  const [operator] = reading.take(/&>>?|<<<|<<-?|<>|<&|>&|>>|>\||[<>]/y) ?? [];
  if (operator === undefined) return false;
  if (/^(?:&>|<<<)/.test(operator)) reading.onlyBash(operator);
  if (operator === "<<" || operator === "<<-") {
    hereDocument(reading, operator === "<<-");
    return true;
  }
  reading.blanks();
  const target = readWord(reading);
  if (operator === "<<<") return true;
  if (/^[<>]&$/.test(operator)) duplicated(reading, target);
  if (devices.test(target.value ?? "")) reading.findings.doubt("it connects to a host");
  simple.redirects.push(target.value);
  return true;
}
