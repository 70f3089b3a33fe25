import type { Trust } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { chooseProject } from "../project.ts";
import { confirm } from "../terminal/ask.ts";
import { canAsk, printJson, say } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";

interface Options {
  readonly yes?: boolean;
  readonly input: boolean;
  readonly json?: boolean;
}

export function trustCommand(): Command {
  return command("trust")
    .description("Show a project's settings file, and let exactly this content have effect.")
    .argument("[project]", "by name, path or id; else the one of the current directory")
    .option("-y, --yes", "do not ask")
    .option("--no-input", "never ask")
    .option("--json", "print the project as JSON")
    .action(async (given: string | undefined, options: Options) => {
      using daemon = await openDaemon();
      const { id, path } = await chooseProject(daemon, given);
      const { settingsFile } = await daemon.call("project/read", { projectId: id });
      if (!settingsFile) {
        throw new CliError(exitCodes.failed, `${path} has no .heddle/config.toml`);
      }
      if (!(await consents(settingsFile, options))) return say("the file is not trusted");
      const { hash } = settingsFile;
      const project = await daemon.call("project/trust", { projectId: id, hash });
      if (options.json) return printJson(project);
      say(`trusted ${printableLine(settingsFile.path)}`);
    });
}

async function consents({ path, content, hash }: Trust, options: Options): Promise<boolean> {
  say(`${printableLine(path)} (SHA-256 ${hash}):\n`);
  say(printable(content.trimEnd()).replaceAll(/^/gm, "  "));
  if (options.yes) return true;
  if (canAsk(options)) return await confirm("let these settings have effect?");
  throw usageError("settings are trusted only with --yes where nobody can be asked");
}
