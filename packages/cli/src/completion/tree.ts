import type { Command } from "commander";
import type { LazyCommand } from "../command-list.ts";

/** What can come behind one command. */
export interface Place {
  /** The words that lead to it, such as `project add`; none for the program itself. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
}

/** Every command with what can follow it, as the help has it. */
export async function completionTree(list: readonly LazyCommand[]): Promise<Place[]> {
  const commands = await Promise.all(
    list.map(async ({ name, summary, load }) => ({ name, summary, made: await load() })),
  );
  const words = commands.map(({ name, summary }) => ({ word: name, summary }));
  return [{ path: "", words }, ...commands.flatMap(({ name, made }) => placesOf(name, made))];
}

function placesOf(path: string, command: Command): Place[] {
  const subcommands = command.commands.map((one) => ({ word: one.name(), summary: oneLine(one) }));
  const options = command.options
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ word: long ?? short ?? "", summary: description }));
  const own = { path, words: [...subcommands, ...options] };
  return [own, ...command.commands.flatMap((one) => placesOf(`${path} ${one.name()}`, one))];
}

function oneLine(command: Command): string {
  return command.summary() || (command.description().split("\n")[0] ?? "");
}
