import { type Task, TaskState } from "@heddle/protocol";
import { listAll } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { age } from "../terminal/format.ts";
import { outputWidth, paintOut, print, printJson } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { paintState } from "../thread/thread-state.ts";

interface Options {
  readonly project?: string;
  readonly state?: TaskState;
  readonly json?: boolean;
}

export function tasksCommand(): Command {
  return command("tasks")
    .description("List tasks, newest first.")
    .option("-p, --project <project>", "only tasks of this project")
    .addOption(new Option("-s, --state <state>", "only in this state").choices(TaskState.options))
    .option("--json", "print the rows as JSON")
    .action(async ({ project, state, json }: Options) => {
      using daemon = await openDaemon();
      const chosen = project === undefined ? undefined : await chooseProject(daemon, project);
      const tasks = await listAll(daemon, "task/list", {
        ...(chosen && { projectId: chosen.id }),
        ...(state && { state }),
      });
      if (json) printJson(tasks);
      else print(taskTable(tasks, outputWidth()));
    });
}

const stateColumn = 1;

function taskTable(tasks: readonly Task[], width: number | undefined): string {
  const rows = tasks.map(({ id, state, source, createdAt, title }) => [
    shortId(id),
    state,
    source,
    age(createdAt),
    printableLine(title),
  ]);
  const paint = paintOut();
  const paintCell = (cell: string, column: number) =>
    column === stateColumn ? paintState(cell, paint) : cell;
  return table(["ID", "STATE", "SOURCE", "AGE", "TITLE"], rows, width, paintCell);
}
