import type { ThreadId } from "@heddle/protocol";
import { Argument, type Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { type FollowOptions, followOptions, startAndFollow, threadForTask } from "../phase-turn.ts";
import { confirm } from "../terminal/ask.ts";
import { canAsk, printJson, say } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";
import { turnOptions } from "../turn-options.ts";
import { type TurnOptions, turnParams } from "../turn-params.ts";
import { approveCommand } from "./plan-approve.ts";
import { editPlan, savePlanFile } from "./plan-edit.ts";
import { printPlan, withPlan } from "./with-plan.ts";

interface Options extends TurnOptions, FollowOptions {
  readonly project?: string;
  readonly thread?: string;
}

const details = `
A plan turn has no tool that writes, and its commands run in a read-only box. Its plan is then yours:
  heddle plan show THREAD      edit THREAD ($EDITOR)      approve THREAD      reject THREAD "why"
and heddle implement THREAD carries out exactly what was approved.`;

export function planCommand(): Command {
  const made = command("plan")
    .description("Plan a task before anything is written.")
    .argument("<task>", "what to plan, in your words")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("-t, --thread <thread>", "plan in this thread instead of a new one")
    .addHelpText("after", details)
    .addCommand(showCommand())
    .addCommand(editCommand())
    .addCommand(approveCommand())
    .addCommand(rejectCommand())
    .addCommand(modeCommand());
  return followOptions(turnOptions(made)).action(plan);
}

async function plan(text: string, options: Options): Promise<void> {
  using daemon = await openDaemon();
  const threadId =
    options.thread === undefined
      ? (await threadForTask(daemon, text, options)).id
      : await findThread(daemon, options.thread);
  const params = { ...turnParams(threadId, text, options), mode: "plan" } as const;
  const code = await startAndFollow(daemon, params, options);
  process.exitCode = code;
  if (code === exitCodes.ok) sayNext(threadId);
}

/** What can be done with a plan that was proposed. */
function sayNext(threadId: ThreadId): void {
  const short = shortId(threadId);
  say(`approve it with: heddle plan approve ${short}    change it with: heddle plan edit ${short}`);
  say(`send it back with: heddle plan reject ${short} "…"`);
}

function showCommand(): Command {
  return command("show")
    .description("Show the newest plan of a thread.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--json", "print the plan as JSON")
    .action((given: string, options: { json?: boolean }) =>
      withPlan(given, async (_daemon, plan) => printPlan(plan, options)),
    );
}

function editCommand(): Command {
  return command("edit")
    .description("Change a plan in $EDITOR. It has to be approved again.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--file <file>", "take the plan from this file, as an edit that failed has left it")
    .option("--no-input", "never ask")
    .option("--json", "print the plan as JSON")
    .action((given: string, options: EditOptions) =>
      withPlan(given, async (daemon, plan) => {
        const { file } = options;
        const saved =
          file === undefined
            ? await editPlan({ daemon, plan, lend: (work) => work(), again: askAgain(options) })
            : await savePlanFile({ daemon, plan }, file);
        if (saved === undefined) return say("the plan was not changed");
        printPlan(saved, options);
      }),
    );
}

interface EditOptions {
  readonly file?: string;
  readonly input: boolean;
  readonly json?: boolean;
}

function askAgain(options: { input: boolean }): (mistake: string) => Promise<boolean> {
  return async (mistake) => {
    if (!canAsk(options)) return false;
    say(printable(mistake));
    return await confirm("edit it again?");
  };
}

function rejectCommand(): Command {
  const made = command("reject")
    .description("Reject a plan. What you say of it goes to the agent, which plans again.")
    .argument("<thread>", "as listed by `heddle threads`")
    .argument("[comment]", "what should be different");
  return followOptions(made).action(
    (given: string, comment: string | undefined, options: FollowOptions) =>
      withPlan(given, async (daemon, { threadId, hash }) => {
        const answer = await daemon.call("plan/reject", {
          threadId,
          hash,
          ...(comment !== undefined && { comment }),
        });
        if (options.json) return printJson(answer);
        say(answer.turn ? "rejected; the agent plans again" : "rejected");
        if (answer.turn) say(`follow it with: heddle attach ${shortId(threadId)}`);
      }),
  );
}

function modeCommand(): Command {
  return command("mode")
    .description("Switch plan mode on or off: whether a thread plans before it works.")
    .argument("<thread>", "as listed by `heddle threads`")
    .addArgument(new Argument("<state>", "the new state").choices(["on", "off"]))
    .option("--json", "print the thread as JSON")
    .action(async (given: string, state: string, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const thread = await daemon.call("thread/planMode", { threadId, on: state === "on" });
      if (json) return printJson(thread);
      say(thread.planMode ? "plan mode is on" : "plan mode is off");
    });
}
