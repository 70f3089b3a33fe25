import { carryOut, DaemonError, type Plan, type ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { type FollowOptions, followOptions, startAndFollow } from "../phase-turn.ts";
import { turnOptions } from "../turn-options.ts";
import { type TurnOptions, turnParams } from "../turn-params.ts";

const details = `
Where the thread has a plan, exactly the approved one is carried out: work that leaves its files or
its lines stops once and shows you plan and reality. It ends with a report of what changed, which
checks ran and how, and what is left.`;

export function implementCommand(): Command {
  const made = command("implement")
    .description("Carry out the approved plan of a thread.")
    .argument("<thread>", "as listed by `heddle threads`")
    .argument("[text]", "what else to say to the agent; needed where there is no plan")
    .addHelpText("after", details);
  return followOptions(turnOptions(made)).action(implement);
}

async function implement(
  given: string,
  text: string | undefined,
  options: TurnOptions & FollowOptions,
): Promise<void> {
  using daemon = await openDaemon();
  const threadId = await findThread(daemon, given);
  const plan = await planToCarryOut(daemon, threadId);
  if (plan.planHash === undefined && text === undefined) {
    throw usageError(`${shortId(threadId)} has no plan to carry out; say what to do`);
  }
  const words = text ?? carryOut;
  const params = {
    ...turnParams(threadId, words, options),
    mode: "implement",
    ...plan,
  } as const;
  process.exitCode = await startAndFollow(daemon, params, options);
}

/** What is said of the plan that was approved where a turn is started; nothing where none was. */
export interface PlanParams {
  readonly planHash?: string;
}

/** The plan that work in a thread needs. Throws where one waits for the user to decide on it. */
export async function planToCarryOut(
  daemon: HeddleClient,
  threadId: ThreadId,
): Promise<PlanParams> {
  const plan = await planOf(daemon, threadId);
  if (plan?.state === "proposed") {
    const short = shortId(threadId);
    const hint = `look at it with: heddle plan show ${short}    then: heddle plan approve ${short}`;
    throw new CliError(exitCodes.failed, `the plan of ${short} is not approved`, hint);
  }
  return paramsOf(plan);
}

/** The same, for what may as well be said in a turn that plans, where a plan is not decided on. */
export async function consentedPlan(daemon: HeddleClient, threadId: ThreadId): Promise<PlanParams> {
  return paramsOf(await planOf(daemon, threadId));
}

function paramsOf(plan: Plan | undefined): PlanParams {
  return plan?.state === "approved" ? { planHash: plan.hash } : {};
}

async function planOf(daemon: HeddleClient, threadId: ThreadId): Promise<Plan | undefined> {
  try {
    return await daemon.call("plan/show", { threadId });
  } catch (error) {
    if (error instanceof DaemonError && error.kind === "notFound") return undefined;
    throw error;
  }
}
