import type { Plan } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { paintOut, print, printJson } from "../terminal/output.ts";
import { planWhole } from "../thread/plan-text.ts";

/** Hands over the newest plan of the thread that the user names. */
export async function withPlan(
  given: string,
  use: (daemon: HeddleClient, plan: Plan) => Promise<void>,
): Promise<void> {
  using daemon = await openDaemon();
  const threadId = await findThread(daemon, given);
  await use(daemon, await daemon.call("plan/show", { threadId }));
}

export function printPlan(plan: Plan, { json }: { json?: boolean }): void {
  if (json) printJson(plan);
  else print(planWhole(plan, paintOut()));
}
