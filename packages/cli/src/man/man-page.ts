import type { Command, Help } from "commander";
import type { LazyCommand } from "../command-list.ts";
import { exitCodeList } from "../exit.ts";
import { makeProgram, naming } from "../program.ts";

const files: readonly (readonly [path: string, what: string])[] = [
  ["~/.config/heddle/config.toml", "Models, budgets and policies."],
  ["~/.config/heddle/automations/NAME.md", "Recipes of your own for automations."],
  [".heddle/config.toml", "A project's own settings, inert until that very content is trusted."],
];

/** The manual page `heddle(1)`, in the man macros of roff, of every command as its help has it. */
export async function manPage(commands: readonly LazyCommand[], version: string): Promise<string> {
  const program = await makeProgram([], commands);
  const loaded = await Promise.all(commands.map(async ({ load }) => await load()));
  return [
    `.TH HEDDLE 1 "" ${argument(`heddle ${version}`)} "User Commands"`,
    ".SH NAME",
    "heddle \\- a local daemon that builds software with you",
    ".SH SYNOPSIS",
    ".B heddle",
    ".br",
    `.B heddle\n${text(program.usage())}`,
    ".SH DESCRIPTION",
    text(
      "Without a command it attaches to the thread that needs you. The daemon is started if none runs.",
    ),
    ".PP",
    text(naming),
    ".SH COMMANDS",
    ...loaded.flatMap((command) => sections(command, "heddle")),
    ".SH EXIT STATUS",
    ...exitCodeList().flatMap(([code, meaning]) => entry(String(code), meaning)),
    ".SH FILES",
    ...files.flatMap(([path, what]) => entry(path, what)),
    "",
  ].join("\n");
}

/** A command, then those below it. */
function sections(command: Command, before: string): string[] {
  const help = command.createHelp();
  const name = `${before} ${command.name()}`;
  const [first = "", ...more] = paragraphs(command);
  return [
    `.SS ${argument(`${name} ${command.usage()}`)}`,
    text(first),
    ...more.flatMap((paragraph) => [".PP", text(paragraph)]),
    ...help
      .visibleArguments(command)
      .flatMap((one) => entry(help.argumentTerm(one), help.argumentDescription(one))),
    ...optionsOf(command, help).flatMap((one) =>
      entry(help.optionTerm(one), help.optionDescription(one)),
    ),
    ...help.visibleCommands(command).flatMap((one) => sections(one, name)),
  ];
}

/** All but the one for help, which every command has. */
function optionsOf(command: Command, help: Help): ReturnType<Help["visibleOptions"]> {
  return help.visibleOptions(command).filter(({ long }) => long !== "--help");
}

function paragraphs(command: Command): string[] {
  const said = command.description() || command.summary();
  return said.split(/\n{2,}/).map((paragraph) => paragraph.replaceAll("\n", " "));
}

function entry(term: string, description: string): string[] {
  return [".TP", `.B ${argument(term)}`, text(description)];
}

/** One argument of a macro. */
function argument(words: string): string {
  return `"${escaped(words).replaceAll('"', "\\(dq")}"`;
}

/** A line of text; one that begins like a request is not taken for one. */
function text(words: string): string {
  return escaped(words).replace(/^(?=[.'])/, "\\&");
}

function escaped(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}
