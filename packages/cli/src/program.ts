import type { Command } from "commander";
import { command } from "./command.ts";
import { commandList, type LazyCommand } from "./command-list.ts";
import { exitCodeList } from "./exit.ts";
import { version } from "./version.ts";

/** How what a command is about can be named. */
export const naming =
  "A thread, project or approval is named by its id, branch, name or path, or by a part of it that only one has.";

const codes = exitCodeList().map(([code, meaning]) => `${code} ${meaning}`);
const footer = `${naming} Exit codes: ${codes.join(", ")}.`;
const footerColumns = 100;

/** The program, of which only the command that `argv` names is loaded. */
export async function makeProgram(
  argv: readonly string[],
  commands: readonly LazyCommand[] = commandList,
): Promise<Command> {
  const program = command("heddle")
    .description("A local daemon that builds software with you.")
    .usage("<command> [options]")
    .commandsGroup("Set up:")
    .helpCommand("help [command]", "show the help of a command");
  program.addHelpText("after", () => `\n${program.createHelp().boxWrap(footer, footerColumns)}`);
  // `version` reads a file; only who asks pays for it.
  if (argv[0] === "--version" || argv[0] === "-V") program.version(version());
  else program.option("-V, --version", "show the version");
  const wanted = argv.filter((word) => word !== "help").find((word) => !word.startsWith("-"));
  for (const { name, summary, group, load } of commands) {
    const made = name === wanted ? await load() : command(name);
    program.addCommand(made.summary(summary).helpGroup(group));
  }
  return program;
}
