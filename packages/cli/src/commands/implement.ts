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
  const planHash = await approvedHash(daemon, threadId);
  if (planHash === undefined && text === undefined) {
    throw usageError(`${shortId(threadId)} has no plan to carry out; say what to do`);
  }
  const words = text ?? carryOut;
  const params = {
    ...turnParams(threadId, words, options),
    mode: "implement",
    ...(planHash !== undefined && { planHash }),
  } as const;
  process.exitCode = await startAndFollow(daemon, params, options);
}

/** The hash that work in a thread needs; undefined where it has no plan that is open. */
export async function approvedHash(
  daemon: HeddleClient,
  threadId: ThreadId,
): Promise<string | undefined> {
  const plan = await planOf(daemon, threadId);
  if (plan?.state === "proposed") {
    const short = shortId(threadId);
    const hint = `look at it with: heddle plan show ${short}    then: heddle plan approve ${short}`;
    throw new CliError(exitCodes.failed, `the plan of ${short} is not approved`, hint);
  }
  return plan?.state === "approved" ? plan.hash : undefined;
}

/**
 * The plan that the user has approved, for what goes on with its work in other words. The daemon
 * refuses what needs one where there is none.
 */
export async function consentedPlan(
  daemon: HeddleClient,
  threadId: ThreadId,
): Promise<{ planHash?: string }> {
  const plan = await planOf(daemon, threadId);
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
