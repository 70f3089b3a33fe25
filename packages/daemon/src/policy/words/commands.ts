import { CommandPrefix } from "@heddle/protocol";
import { following, listOf } from "./lists.ts";
import { capitals, isCommandOf, isKnownProgram } from "./programs.ts";
import { NotUnderstood, type Reader } from "./reader.ts";

/** Beginnings of commands: several in quotation marks, or a single one that is known without. */
export function commandsOf(reader: Reader): [CommandPrefix, ...CommandPrefix[]] {
  const first = quotedCommand(reader);
  return first ? [first, ...following(reader, quotedCommand)] : [bareCommand(reader)];
}

/** Whole commands, whatever stands in them. */
export function exactCommandsOf(reader: Reader): [CommandPrefix, ...CommandPrefix[]] {
  return listOf(reader, wordsOfQuoted, "a command such as 'rm -rf build'");
}

function quotedCommand(reader: Reader): CommandPrefix | undefined {
  const words = wordsOfQuoted(reader);
  const why = words && oddCommand(words);
  if (why === undefined) return words;
  throw new NotUnderstood(`"${words?.join(" ")}" ${why}`);
}

function wordsOfQuoted(reader: Reader): CommandPrefix | undefined {
  if (!reader.next?.quoted) return undefined;
  const words = (reader.take()?.text ?? "").trim().split(/\s+/);
  const parsed = CommandPrefix.safeParse(words);
  if (parsed.success) return parsed.data;
  throw new NotUnderstood(`"${words.join(" ")}" is no beginning of a command such as 'git push'`);
}

/** Why nobody can mean these words as the beginning of a command, with what to say instead. */
export function oddCommand(words: readonly string[]): string | undefined {
  const [program = "", ...args] = words;
  if (words.some((word) => /\*/.test(word))) {
    return "has a *, but a command stands for all that begin with its words; leave it out";
  }
  if (args.some((word) => /^(?:and|or)$/i.test(word)) || words.some((word) => /,$/.test(word))) {
    return "looks like several; put each into quotation marks of its own";
  }
  if (/=/.test(program) || words.some((word) => /[?|&;$<>(){}[\]“”„‘’«»]|:$/.test(word))) {
    return "is more than the words of one command; say what it runs, such as 'git push'";
  }
  if (program.startsWith("-")) return "is an option; say the command before it, too";
  return oddProgram(program);
}

function oddProgram(program: string): string | undefined {
  if (program.startsWith("mcp__")) return "is no command; say MCP tools of 'server/tool'";
  if (/:|\/$/.test(program)) return "is no program that can be run";
  const name = program.slice(program.lastIndexOf("/") + 1);
  const isCapital = name !== name.toLowerCase() && !program.includes("/");
  if (!isCapital || capitals.has(name)) return undefined;
  const known = isKnownProgram(program.toLowerCase());
  return known
    ? `has a capital that the program has not; say '${program.toLowerCase()}'`
    : "begins with no program; their names are written as the shell has them";
}

const ends = [
  ...[",", "and", "or", "except", "other than", "but", "excluding", "unless", "between", "from"],
  ...["after", "before", "on", "while", "when", "if", "in", "without", "unasked", "commands"],
  ...["command", "outside", "please"],
];

/**
 * One command without quotation marks: a program that is known, with commands and options of it.
 */
function bareCommand(reader: Reader): CommandPrefix {
  const { next } = reader;
  const program = next?.text ?? "";
  if (next === undefined || !/^[\w./-]+$/.test(program)) throw expected(reader);
  const isFile = /^(?:\.\/[\w./-]*\w|[\w./-]+\/[\w.-]*\.\w+)$/.test(program);
  if (!isKnownProgram(program) && !isFile) throw unknownProgram(reader);
  reader.take();
  const words: CommandPrefix = [program];
  while (reader.next && !reader.next.quoted && isOwn(words, reader.next.text)) {
    words.push(reader.take()?.text ?? "");
  }
  if (reader.ended || reader.sees(...ends)) return words;
  throw new NotUnderstood(
    `"${reader.next?.text}" is not known after ${words.join(" ")}; put the whole command into quotation marks`,
  );
}

function isOwn(words: readonly string[], word: string): boolean {
  const [program = ""] = words;
  if (/^--?[a-zA-Z][\w-]*$/.test(word)) return true;
  return words.length === 1 && isCommandOf(program, word);
}

const expected = (reader: Reader) =>
  reader.stuck("a command in quotation marks, such as 'git push'");

function unknownProgram(reader: Reader): NotUnderstood {
  const program = reader.next?.text ?? "";
  const known = isKnownProgram(program.toLowerCase());
  return known
    ? new NotUnderstood(`"${program}" is written in lower case, as in '${program.toLowerCase()}'`)
    : expected(reader);
}
