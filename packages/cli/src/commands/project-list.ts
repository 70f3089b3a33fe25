import type { Project } from "@heddle/protocol";
import { listAll } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { confirm } from "../terminal/ask.ts";
import { count } from "../terminal/format.ts";
import { canAsk, outputWidth, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";

export function listCommand(): Command {
  return command("list")
    .description("List projects, oldest first.")
    .option("--json", "print the rows as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const projects = await listAll(daemon, "project/list");
      if (json) printJson(projects);
      else print(projectTable(projects, outputWidth()));
    });
}

function projectTable(projects: readonly Project[], width: number | undefined): string {
  const rows = projects.map(({ id, name, access, path, settings }) => [
    shortId(id),
    printableLine(name),
    access ?? "none",
    count(settings.checks?.length ?? 0, "check"),
    printableLine(path),
  ]);
  return table(["ID", "NAME", "ACCESS", "CHECKS", "PATH"], rows, width);
}

export function removeCommand(): Command {
  return command("remove")
    .description("Forget a project. Its threads are archived first; unlanded work is kept.")
    .argument("[project]", "by name, path or id; else the one of the current directory")
    .option("-y, --yes", "do not ask")
    .option("--no-input", "never ask")
    .option("--json", "print what was removed as JSON")
    .action(async (given: string | undefined, options: RemoveOptions) => {
      using daemon = await openDaemon();
      const { id, name } = await chooseProject(daemon, given);
      if (!(await consents(name, options))) return say("nothing was removed");
      const removed = await daemon.call("project/remove", { projectId: id });
      if (options.json) return printJson(removed);
      const { archived, automations } = removed;
      const ended = automations > 0 ? `, removed ${count(automations, "automation")}` : "";
      say(`removed ${printableLine(name)}; archived ${count(archived.length, "thread")}${ended}`);
    });
}

interface RemoveOptions {
  readonly yes?: boolean;
  readonly input: boolean;
  readonly json?: boolean;
}

async function consents(name: string, options: RemoveOptions): Promise<boolean> {
  if (options.yes) return true;
  if (canAsk(options))
    return await confirm(
      `forget ${printableLine(name)}, archive its threads and remove its automations?`,
    );
  throw usageError("a project is removed only with --yes where nobody can be asked");
}
