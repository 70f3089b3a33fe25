import type { Command } from "commander";
import { command } from "./command.ts";
import { commandList, type LazyCommand } from "./command-list.ts";
import { version } from "./version.ts";

const footer = `
A thread, project or approval is named by its id, branch, name or path, or by a part of it that only
one has. Exit codes: 0 done, 1 failed, 2 wrong usage, 69 no daemon, 75 waits for an answer, 78
configuration, 130 interrupted.`;

/** The program, of which only the command that `argv` names is loaded. */
export async function makeProgram(
  argv: readonly string[],
  commands: readonly LazyCommand[] = commandList,
): Promise<Command> {
  const program = command("heddle")
    .description("A local daemon that builds software with you.")
    .usage("<command> [options]")
    .commandsGroup("Set up:")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText("after", footer);
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
