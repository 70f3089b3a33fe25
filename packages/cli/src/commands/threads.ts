import type { Thread } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { listThreads } from "../lookup.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { age } from "../terminal/format.ts";
import { outputWidth, paintOut, print, printJson } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { paintState, threadState } from "../thread/thread-state.ts";

interface Options {
  readonly all?: boolean;
  readonly project?: string;
  readonly json?: boolean;
}

export function threadsCommand(): Command {
  return command("threads")
    .description("List threads, newest first.")
    .option("-a, --all", "archived threads too")
    .option("-p, --project <project>", "only threads of this project")
    .option("--json", "print the rows as JSON")
    .action(async ({ all, project, json }: Options) => {
      using daemon = await openDaemon();
      const chosen = project === undefined ? undefined : await chooseProject(daemon, project);
      const threads = await listThreads(daemon, { archived: all === true, projectId: chosen?.id });
      if (json) printJson(threads);
      else print(threadTable(threads, outputWidth()));
    });
}

const statusColumn = 1;

function threadTable(threads: readonly Thread[], width: number | undefined): string {
  const rows = threads.map((thread) => [
    shortId(thread.id),
    threadState(thread),
    age(thread.createdAt),
    printableLine(thread.branch ?? ""),
    printableLine(thread.title),
  ]);
  const paint = paintOut();
  const paintCell = (cell: string, column: number) =>
    column === statusColumn ? paintState(cell, paint) : cell;
  return table(["ID", "STATUS", "AGE", "BRANCH", "TITLE"], rows, width, paintCell);
}
