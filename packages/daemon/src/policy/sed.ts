import { type Arguments, optionTable, readArguments } from "./program-options.ts";
import type { Word } from "./shell-word.ts";

const options = optionTable(
  `-n --quiet --silent -e= --expression= -E -r --regexp-extended -i? --in-place? -s --separate -z
   --null-data -u --unbuffered -l= --line-length= --posix --debug --sandbox --follow-symlinks -b
   --binary`,
);

/** Whether what sed is told can be read, and neither runs a command nor names a file. */
export function isPlainSed(args: readonly Word[]): boolean {
  const read = readArguments(args, options);
  if (read === undefined) return false;
  const backup = read.options.filter(({ name }) => name === "-i" || name === "--in-place");
  if (backup.some(({ value }) => value?.includes("/"))) return false;
  const given = givenScripts(read);
  return isPlainScript(given.length > 0 ? given : read.plain.slice(0, 1));
}

/** The words of sed that are no script; all of them where it cannot be read. */
export function filesOfSed(args: readonly Word[]): readonly Word[] {
  const read = readArguments(args, options);
  if (read === undefined) return args;
  return givenScripts(read).length > 0 ? read.plain : read.plain.slice(1);
}

function givenScripts({ options: given }: Arguments): (Word | undefined)[] {
  return given
    .filter(({ name }) => name === "-e" || name === "--expression")
    .map(({ value }) => value);
}

function isPlainScript(scripts: readonly (Word | undefined)[]): boolean {
  if (!scripts.every((script) => typeof script === "string")) return false;
  let rest: string | undefined = scripts.join("\n");
  while (rest !== undefined && rest !== "") rest = afterCommand(rest);
  return rest === "";
}

const between = /^(?:[\s;]|#.*)+/;
const closing = /^\}/;
/** What stands behind a command that takes no text. */
const end = /^[ \t]*(?:$|[;\n]|(?=[#}]))/;
const simple = /^(?:[=dDgGhHnNpPxzF]|[qQlL][ \t]*\d*|[btT][ \t]*\w*|:[ \t]*\w+)/;
const opening = /^\{/;
/** A text goes on where its line ends with a backslash. */
const text = /^[aic](?:\\[\s\S]|[^\\\n])*(?:\n|$)/;

/**
 * What follows the first command of a script; undefined where that is not one of the plain ones.
 */
function afterCommand(script: string): string | undefined {
  const space = between.exec(script) ?? closing.exec(script);
  if (space) return script.slice(space[0].length);
  const from = afterAddresses(script);
  if (from === undefined) return undefined;
  const whole = opening.exec(from) ?? text.exec(from);
  if (whole) return from.slice(whole[0].length);
  return afterEnd(afterSubstitution(from) ?? after(simple, from));
}

function afterEnd(rest: string | undefined): string | undefined {
  return rest === undefined ? undefined : after(end, rest);
}

function after(pattern: RegExp, script: string): string | undefined {
  const [found] = pattern.exec(script) ?? [];
  return found === undefined ? undefined : script.slice(found.length);
}

function afterSubstitution(script: string): string | undefined {
  const delimiter = script.charAt(1);
  if (!/^[sy]/.test(script) || !/[^\\\n\w]/.test(delimiter)) return undefined;
  const isY = script.startsWith("y");
  const read = isY ? afterText : afterExpression;
  const replacement = read(script.slice(2), delimiter);
  if (replacement === undefined) return undefined;
  const flags = afterText(replacement, delimiter);
  return isY || flags === undefined ? flags : after(/^[gpiImM\d]*/, flags);
}

const lineNumber = /^(?:\d+(?:~\d+)?|\$|[+~]\d+)/;

function afterAddresses(script: string): string | undefined {
  const first = afterAddress(script);
  const next = first === undefined ? undefined : after(/^[ \t]*,[ \t]*/, first);
  const last = next === undefined ? first : afterAddress(next);
  return last === undefined ? undefined : last.replace(/^[ \t]*(?:![ \t]*)*/, "");
}

function afterAddress(script: string): string | undefined {
  const isPattern = /^(?:\/|\\[^\\\n\w])/.exec(script);
  if (!isPattern) return script.replace(lineNumber, "");
  const [begin] = isPattern;
  const rest = afterExpression(script.slice(begin.length), begin.slice(-1));
  return rest?.replace(/^[IM]*/, "");
}

const bracket = /^\[\^?\]?(?:\[([:.=])[^\]]{1,20}?\1\]|[^\]])*\]/;
/** What can follow a substitution. */
const flag = /^(?:$|[gpiImMew\d\s;#}])/;

/**
 * Some versions of sed end an expression at a delimiter within brackets, others do not. Such
 * brackets are read only where the former find an error in it: `s/[^/]*$//` has no flag `/`.
 */
function afterExpression(script: string, delimiter: string): string | undefined {
  let hides = false;
  for (let at = 0; at < script.length; at += 1) {
    const character = script[at];
    if (character === delimiter) {
      const rest = script.slice(at + 1);
      return hides && flag.test(rest) ? undefined : rest;
    }
    if (character === "\\") at += 1;
    if (character !== "[") continue;
    const [found] = bracket.exec(script.slice(at)) ?? [];
    if (found === undefined || found.endsWith("\\]")) return undefined;
    const first = found.replace(/\\[\s\S]/g, "").indexOf(delimiter);
    if (first >= 0 && found.indexOf(delimiter) !== found.length - 2) return undefined;
    hides ||= first >= 0;
    at += found.length - 1;
  }
  return undefined;
}

function afterText(script: string, delimiter: string): string | undefined {
  for (let at = 0; at < script.length; at += 1) {
    if (script[at] === delimiter) return script.slice(at + 1);
    if (script[at] === "\\") at += 1;
  }
  return undefined;
}
