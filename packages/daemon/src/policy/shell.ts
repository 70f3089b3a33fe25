import { builtinDoubt } from "./builtins.ts";
import { isFile, programOf, unknownOf } from "./programs.ts";
import { readCommands } from "./shell-commands.ts";
import { Findings, type Simple } from "./shell-findings.ts";
import { type Dialect, Reading, Unreadable } from "./shell-reading.ts";
import { type GivenText, givenText } from "./shell-texts.ts";
import type { ShellWord, Word } from "./shell-word.ts";
import { foundCommands, unwrapped } from "./wrappers.ts";

/** One command of a command line, or of what it runs in turn. */
export interface ShellCommand {
  readonly words: readonly Word[];
  /** Where it writes to, or reads from, by redirection. */
  readonly redirects: readonly Word[];
  /** Why it may do more than its words say. */
  readonly unknown?: string;
}

interface Scope {
  readonly findings: Findings;
  readonly dialect: Dialect;
  readonly isOld: boolean;
  readonly depth: number;
}

const deepest = 8;
const longest = 100_000;
/** Not all shells take these for the same, some not even for characters. */
const refused = /[^\P{Cc}\t\n]/u;

/**
 * Every command that a command line runs, as far as it can be read. What is not certain to be read
 * as bash reads it, or may run what does not stand there, is a command that may do anything.
 */
export function commandsIn(line: string, platform = process.platform): ShellCommand[] {
  const isOld = platform === "darwin";
  const scope: Scope = { findings: new Findings(), dialect: "bash", isOld, depth: 0 };
  const commands = commandsOf(line, scope);
  const { doubts, values } = scope.findings;
  for (const name of values.doubtful()) doubts.add(`it evaluates the value of ${name}`);
  return [...commands, ...[...doubts].map(unreadable)];
}

function unreadable(unknown: string): ShellCommand {
  return { words: [], redirects: [], unknown };
}

function commandsOf(text: string, scope: Scope): ShellCommand[] {
  const { findings, depth } = scope;
  if (depth > deepest || text.length > longest) {
    findings.doubt("it is too long to be read");
    return [];
  }
  const before = findings.commands.length;
  try {
    if (refused.test(text)) throw new Unreadable("there are control characters in it");
    const { dialect, isOld } = scope;
    new Reading(text, { findings, dialect, isOld, readCommands }).commands("");
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    findings.doubt(error.message);
  }
  return findings.commands.splice(before).flatMap((simple) => expanded(simple, scope));
}

/** A simple command, with the commands that it runs in turn. */
function expanded({ words, redirects }: Simple, scope: Scope): ShellCommand[] {
  const given = givenText(words, scope.dialect);
  const why = given === undefined ? unknown(words, scope) : unknownText(words, given);
  const command = { words: words.map(({ value }) => value), redirects };
  const found: ShellCommand[] = [why === undefined ? command : { ...command, unknown: why }];
  const deeper = { ...scope, depth: scope.depth + 1 };
  if (given !== undefined) {
    if (given.text === null) return found;
    return [...found, ...commandsOf(given.text, { ...deeper, dialect: given.dialect })];
  }
  const inner = innerOf(words, scope);
  if (inner.length > 0 && deeper.depth > deepest) return [...found, unreadable("it is too deep")];
  return [
    ...found,
    ...inner.flatMap((one) => expanded({ words: [...one], redirects: [] }, deeper)),
  ];
}

function unknownText([name]: readonly ShellWord[], { text }: GivenText): string | undefined {
  if (text === null) return "what the shell is given to run is not known";
  return isFile(name?.value ?? "") ? unknownOf([name?.value ?? null]) : undefined;
}

function innerOf(words: readonly ShellWord[], { findings }: Scope): (readonly ShellWord[])[] {
  if (isFind(words)) return [...foundCommands(words).commands];
  const { words: inner = [], assigned = [] } = unwrapped(words) ?? {};
  for (const { assigned: name = "" } of assigned) findings.assign(name, undefined);
  return inner.length === 0 ? [] : [inner];
}

const isFind = ([name]: readonly ShellWord[]): boolean => programOf(name?.value ?? "") === "find";

function unknown(words: readonly ShellWord[], { findings }: Scope): string | undefined {
  const builtin = builtinDoubt(words, findings);
  if (builtin !== undefined) return builtin.why;
  if (!isFile(words[0]?.value ?? "") && unwrapped(words) !== undefined) return undefined;
  const own = isFind(words) ? foundCommands(words).rest : words;
  return unknownOf(own.map(({ value }) => value));
}
