import { readArithmetic } from "./shell-arithmetic.ts";
import { expansion } from "./shell-expansions.ts";
import { endLine } from "./shell-heredocs.ts";
import { type Reading, Unreadable } from "./shell-reading.ts";
import { readTest } from "./shell-tests.ts";
import { numbersOf, type ShellWord } from "./shell-word.ts";
import { readWord } from "./shell-words.ts";

/** What a command follows, or nothing of interest. */
const plainKeyword = /(?:if|then|elif|else|fi|while|until|do|done|!|\{|\})(?=[ \t\n;&|()<>]|$)/y;
const keyword = /(time|for|case|function|\[\[|select|coproc|esac|in)(?=[ \t\n;&|()<>]|$)/y;

/** Whether a word is one of the shell's own where a command begins. */
export function isKeyword(word: string): boolean {
  return [plainKeyword, keyword].some((pattern) => {
    pattern.lastIndex = 0;
    return pattern.test(word) && pattern.lastIndex === word.length;
  });
}

/** Reads what is not a simple command, up to where the next command may begin. */
export function compound(reading: Reading): boolean {
  if (reading.take(plainKeyword)) return true;
  if (reading.sees(/\(/y)) return parentheses(reading);
  const [, word] = reading.take(keyword) ?? [];
  switch (word) {
    case undefined:
      return false;
    case "time":
      return timed(reading);
    case "for":
      return loop(reading);
    case "case":
      return cases(reading);
    case "function":
      return definition(reading);
    case "[[":
      reading.onlyBash("[[");
      readTest(reading);
      return true;
    default:
      throw new Unreadable(`${word} in it cannot be read`);
  }
}

/** Where the shell is not bash this is a program, and what it runs is among its words. */
function timed(reading: Reading): boolean {
  if (!reading.isBash) {
    reading.at -= "time".length;
    return false;
  }
  reading.take(/[ \t]+-p(?=[ \t])/y);
  reading.take(/[ \t]+--(?=[ \t])/y);
  if (reading.sees(/(?:[ \t]|\\\n)+-/y)) throw new Unreadable("what is timed in it cannot be read");
  return true;
}

function parentheses(reading: Reading): true {
  if (reading.take(/\(\(/y)) {
    reading.onlyBash("((");
    readArithmetic(reading, /\)\)/y, expansion);
    return true;
  }
  reading.at += 1;
  reading.commands(")");
  reading.expect(/\)/y, "a closing parenthesis");
  return true;
}

function loop(reading: Reading): true {
  reading.blanks();
  if (reading.take(/\(\(/y)) {
    reading.onlyBash("for ((");
    for (const close of [/;/y, /;/y, /\)\)/y]) readArithmetic(reading, close, expansion);
    return true;
  }
  const [name] = reading.take(/[A-Za-z_]\w*(?=[ \t\n;]|$)/y) ?? [];
  if (name === undefined) throw new Unreadable("a loop in it cannot be read");
  skipLines(reading);
  const isListed = reading.take(/in(?=[ \t\n;]|$)/y) !== undefined;
  reading.findings.assign(name, isListed ? numbersOf(listed(reading)) : undefined);
  return true;
}

function listed(reading: Reading): ShellWord[] {
  const words: ShellWord[] = [];
  for (reading.blanks(); !reading.sees(/[;\n]|$/y); reading.blanks()) words.push(readWord(reading));
  return words;
}

function skipLines(reading: Reading): void {
  for (reading.blanks(); reading.next === "\n"; reading.blanks()) endLine(reading);
}

function cases(reading: Reading): true {
  reading.blanks();
  readWord(reading);
  skipLines(reading);
  reading.expect(/in(?=[ \t\n(])/y, "in");
  for (;;) {
    skipLines(reading);
    if (reading.take(/esac(?=[ \t\n;&|()<>]|$)/y)) return true;
    patterns(reading);
    reading.commands(";;");
    const [end] = reading.take(/;;&?|;&/y) ?? [];
    if (end !== undefined && end !== ";;") reading.onlyBash(end);
  }
}

function patterns(reading: Reading): void {
  reading.take(/\(/y);
  do {
    reading.blanks();
    readWord(reading);
    reading.blanks();
  } while (reading.take(/\|/y));
  reading.expect(/\)/y, "a closing parenthesis");
}

function definition(reading: Reading): true {
  reading.onlyBash("function");
  reading.blanks();
  defined(reading, readWord(reading).raw);
  reading.take(/[ \t]*\([ \t]*\)/y);
  return true;
}

export function defined(reading: Reading, name: string): void {
  reading.findings.doubt(`it defines function ${name}, which can stand for any command`);
}
