import { type PolicyName, PolicyName as PolicyNames } from "@heddle/protocol";
import { type Command, Option } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { projectForTask } from "../project-for-task.ts";
import { canAsk, print, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { cut } from "../terminal/table.ts";
import { runTurn } from "../thread/run-turn.ts";
import { turnOptions } from "../turn-options.ts";
import { type TurnOptions, turnParams } from "../turn-params.ts";

interface Options extends TurnOptions {
  readonly project?: string;
  readonly policy: PolicyName;
  readonly target?: string;
  readonly detach?: boolean;
  readonly land?: boolean;
  readonly squash?: boolean;
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly input: boolean;
}

const titleWidth = 120;

const details = `
Exits with 0 only when the turn is done, and with --land only when its work has landed. Without a
terminal, a thread that asks for something is left waiting: the exit code is 75, and the words on
stderr say how to answer. Ctrl+C interrupts the turn; a second one leaves it to itself.`;

export function runCommand(): Command {
  const made = command("run")
    .description("Give a task to a new thread in a worktree of its own, and follow it.")
    .argument("<task>", "what to do, in your words")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .addOption(
      new Option("--policy <policy>", "what the thread may do without asking")
        .choices(PolicyNames.options)
        .default("workspace" satisfies PolicyName),
    )
    .option("--target <branch>", "the branch to land on; else the project's")
    .option("-d, --detach", "print the thread's id and leave it to itself")
    .option("--land", "land what it did; consents to the result beforehand")
    .option("--squash", "land it as one commit")
    .addOption(new Option("--json", "print one JSON document at the end").conflicts("jsonl"))
    .option("--jsonl", "print each event as a line of JSON")
    .option("--no-input", "never ask")
    .addHelpText("after", details);
  return turnOptions(made).action(run);
}

async function run(text: string, options: Options): Promise<void> {
  const title = cut(printableLine(text), titleWidth);
  if (title === "") throw usageError("the task is empty");
  if (options.detach && options.land) throw usageError("--detach and --land exclude each other");

  using daemon = await openDaemon();
  const asks = canAsk(options);
  const project = await projectForTask(daemon, options.project, { asks });
  const { policy, target } = options;
  const thread = await daemon.call("thread/start", {
    projectId: project.id,
    title,
    policy,
    ...(target !== undefined && { target }),
  });
  const turn = await daemon.call("turn/start", turnParams(thread.id, text, options));
  say(`thread ${shortId(thread.id)} in ${printableLine(project.name)}`);
  if (options.detach) return print(thread.id);
  const mode = options.json ? "json" : options.jsonl ? "jsonl" : "text";
  const landing = options.land ? { squash: options.squash === true } : undefined;
  process.exitCode = await runTurn({ daemon, turn, mode, landing, asks, interrupts: true });
}
