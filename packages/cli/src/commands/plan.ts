import type { Plan, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { Argument, type Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { exitCodes } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { type FollowOptions, followOptions, startAndFollow, threadForTask } from "../phase-turn.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { planHeading, planText } from "../thread/plan-text.ts";
import { turnOptions } from "../turn-options.ts";
import { type TurnOptions, turnParams } from "../turn-params.ts";
import { editPlan } from "./plan-edit.ts";

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
export function sayNext(threadId: ThreadId): void {
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
    .option("--json", "print the plan as JSON")
    .action((given: string, options: { json?: boolean }) =>
      withPlan(given, async (daemon, { threadId, hash, content }) => {
        const edited = await editPlan(content);
        if (edited === undefined) return say("the plan was not changed");
        const plan = await daemon.call("plan/edit", { threadId, hash, content: edited });
        printPlan(plan, options);
      }),
    );
}

function approveCommand(): Command {
  return command("approve")
    .description("Approve a plan exactly as it stands.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--hash <hash>", "only if it still has this hash, or one that begins so")
    .option("--json", "print the plan as JSON")
    .action((given: string, options: { hash?: string; json?: boolean }) =>
      withPlan(given, async (daemon, plan) => {
        const { threadId } = plan;
        // A hash that the plan no longer has goes to the daemon as it is, which then refuses it.
        const { hash: asked = plan.hash } = options;
        const hash = plan.hash.startsWith(asked) ? plan.hash : asked;
        const approved = await daemon.call("plan/approve", { threadId, hash });
        printPlan(approved, options);
        say(`carry it out with: heddle implement ${shortId(threadId)}`);
      }),
    );
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

async function withPlan(
  given: string,
  use: (daemon: HeddleClient, plan: Plan) => Promise<void>,
): Promise<void> {
  using daemon = await openDaemon();
  const threadId = await findThread(daemon, given);
  await use(daemon, await daemon.call("plan/show", { threadId }));
}

function printPlan(plan: Plan, { json }: { json?: boolean }): void {
  if (json) printJson(plan);
  else print(`${planHeading(plan, paintOut())}${planText(plan.content, paintOut())}`);
}
