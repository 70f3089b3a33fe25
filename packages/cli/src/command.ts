import { Command } from "commander";

/** A command as all of Heddle's are made: its errors are thrown, and are worded like the others. */
export function command(name: string): Command {
  return (
    new Command(name)
      .exitOverride()
      .helpOption("-h, --help", "show this help")
      .helpCommand(false)
      // What comes behind a subcommand is that one's own, also where both have such an option.
      .enablePositionalOptions()
      .showSuggestionAfterError()
      .configureOutput({
        outputError: (text, write) => write(text.replace(/^error: /, "heddle: ")),
      })
  );
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
