import { resolve } from "node:path";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { findProject } from "../lookup.ts";
import { shortId } from "../names.ts";
import { count } from "../terminal/format.ts";
import { printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

const details = `
Without a path, worktrees that were removed by hand are made again from their branches. With one, the
repository is taken to be there now. Set-up commands are not run again.`;

export function relinkCommand(): Command {
  return command("relink")
    .description("Bring threads back to a repository that was moved, or that lost worktrees.")
    .argument("<project>", "by name, former path or id")
    .argument("[path]", "where the repository is now, if it was moved")
    .option("--json", "print the project and its threads as JSON")
    .addHelpText("after", details)
    .action(async (given: string, path: string | undefined, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const { id: projectId } = await findProject(daemon, given);
      const moved = path === undefined ? {} : { path: resolve(path) };
      const result = await daemon.call("project/relink", { projectId, ...moved });
      if (result.lost.length > 0) process.exitCode = exitCodes.failed;
      if (json) return printJson(result);
      const { project, relinked, lost } = result;
      const where = printableLine(project.path);
      say(
        `${printableLine(project.name)} is at ${where}; ${count(relinked.length, "thread")} linked`,
      );
      for (const { threadId, reason } of lost) {
        say(`thread ${shortId(threadId)} could not be linked: ${printableLine(reason)}`);
      }
    });
}
