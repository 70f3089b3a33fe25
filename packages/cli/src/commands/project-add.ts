import { resolve } from "node:path";
import { Access, type Project, type ProjectSettings } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { collect, command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { askAccess } from "../project-access.ts";
import { shellWord } from "../terminal/format.ts";
import { canAsk, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

interface Options {
  readonly grant?: Access;
  readonly name?: string;
  readonly check?: string[];
  readonly setup?: string;
  readonly target?: string;
  readonly lend?: string[];
  readonly copy?: string[];
  readonly json?: boolean;
  readonly input: boolean;
}

export function addCommand(): Command {
  return command("add")
    .description("Add a git repository. Nothing in it is read before you grant access.")
    .argument("[path]", "the repository", ".")
    .addOption(
      new Option(
        "-g, --grant <access>",
        "ro: only read it; rw: also branch, work and land",
      ).choices(Access.options),
    )
    .option("--name <name>", "what to call it; else the name of its directory")
    .option("--check <command>", "a command that a landing must pass; may be repeated", collect)
    .option("--setup <command>", "a command that prepares each new worktree")
    .option("--target <branch>", "the branch that threads land on")
    .option("--lend <directory>", "an ignored directory that worktrees borrow; repeatable", collect)
    .option("--copy <file>", "a small ignored file that worktrees copy; repeatable", collect)
    .option("--no-input", "never ask")
    .option("--json", "print the project as JSON")
    .action(async (path: string, options: Options) => {
      using daemon = await openDaemon();
      const access =
        options.grant ?? (canAsk(options) ? await askAccess(resolve(path)) : undefined);
      const project = await addProject(daemon, resolve(path), { ...options, access });
      if (options.json) return printJson(project);
      sayAdded(project);
    });
}

async function addProject(
  daemon: HeddleClient,
  path: string,
  options: Options & { access: Access | undefined },
): Promise<Project> {
  const { access, name } = options;
  return await daemon.call("project/add", {
    path,
    settings: settingsOf(options),
    ...(access !== undefined && { access }),
    ...(name !== undefined && { name }),
  });
}

function settingsOf({ check, setup, target, lend, copy }: Options): ProjectSettings {
  return {
    ...(check && { checks: check }),
    ...(setup !== undefined && { setup }),
    ...(target !== undefined && { target }),
    ...(lend && { lend }),
    ...(copy && { copy }),
  };
}

function sayAdded({ name, path, access }: Project): void {
  say(`added ${printableLine(name)} (${access ?? "no access yet"}): ${printableLine(path)}`);
  if (access) return;
  say(`grant access with: heddle project grant --project ${shellWord(name)} --rw`);
}
