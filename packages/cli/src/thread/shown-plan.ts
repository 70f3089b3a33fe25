import { DaemonError, type Plan, type ThreadId } from "@heddle/protocol";
import { say } from "../terminal/output.ts";
import type { Ground } from "./ground.ts";

/** The newest plan of the thread that is open. */
export async function planNow({ daemon, threadId }: Ground): Promise<Plan> {
  return await daemon.call("plan/show", { threadId });
}

export interface ShownPlan {
  readonly threadId: ThreadId;
  readonly hash: string;
}

/** Decides on the plan as it was last shown here; false where it has to be looked at first. */
export async function decideShown(
  ground: Ground,
  decide: (shown: ShownPlan) => Promise<unknown>,
): Promise<boolean> {
  const { threadId, plan } = ground;
  const shown = plan.shown();
  if (shown && (await isDecided(() => decide({ threadId, hash: shown.hash })))) return true;
  const now = await planNow(ground);
  if (plan.shown()?.hash !== now.hash) plan.show(now);
  say("the plan was not shown as it is now; look at it, then say so again");
  return false;
}

async function isDecided(decide: () => Promise<unknown>): Promise<boolean> {
  try {
    await decide();
    return true;
  } catch (error) {
    if (error instanceof DaemonError && error.kind === "stalePlan") return false;
    throw error;
  }
}
