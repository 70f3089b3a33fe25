import { type Methods, type ParamsOf, type Thread, turnEnded } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { type ExitCode, usageError } from "./exit.ts";
import { shortId } from "./names.ts";
import { projectForTask } from "./project-for-task.ts";
import { canAsk, say } from "./terminal/output.ts";
import { printableLine } from "./terminal/printable.ts";
import { cut } from "./terminal/table.ts";
import { runTurn } from "./thread/run-turn.ts";

export interface FollowOptions {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly input: boolean;
}

/** Adds the options of a command that follows a turn. */
export function followOptions(command: Command): Command {
  return command
    .addOption(new Option("--json", "print one JSON document at the end").conflicts("jsonl"))
    .option("--jsonl", "print each event as a line of JSON")
    .option("--no-input", "never ask");
}

const titleWidth = 120;

/** A thread of its own for a task, in the project that is named or that is here. */
export async function threadForTask(
  daemon: HeddleClient,
  text: string,
  { project: given, input }: { readonly project?: string | undefined; readonly input: boolean },
): Promise<Thread> {
  const title = cut(printableLine(text), titleWidth);
  if (title === "") throw usageError("the task is empty");
  const project = await projectForTask(daemon, given, { asks: canAsk({ input }) });
  const thread = await daemon.call("thread/start", { projectId: project.id, title });
  say(`thread ${shortId(thread.id)} in ${printableLine(project.name)}`);
  return thread;
}

/** Starts a turn and follows it to its end. */
export async function startAndFollow(
  daemon: HeddleClient,
  params: ParamsOf<Methods, "turn/start">,
  options: FollowOptions,
): Promise<ExitCode> {
  const { threadId } = params;
  // What happened before is not told again, nor taken for what happens now.
  const { hasOlder: _, ...view } = await daemon.call("thread/read", { threadId, limit: 1 });
  const turn = await daemon.call("turn/start", params);
  if (view.turns.some(({ state }) => !turnEnded(state))) {
    say("the turn waits in the queue of its thread, in which another one has not ended");
  }
  const mode = options.json ? "json" : options.jsonl ? "jsonl" : "text";
  const asks = canAsk(options);
  return await runTurn({ daemon, turn, view, mode, landing: undefined, asks, interrupts: true });
}
