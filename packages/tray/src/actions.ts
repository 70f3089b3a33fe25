import type { HeddleClient } from "@heddle/protocol/node";
import type { Action } from "./model/action.ts";
import type { TrayState } from "./model/state.ts";

export interface ActionContext {
  readonly client: HeddleClient;
  readonly state: TrayState;
  /** Opens a terminal in which the command line runs with these words. */
  readonly open: (words: readonly string[]) => void;
}

/** Does what was chosen, but for quitting. Returns a sentence where there is something to say about it. */
export async function perform(
  action: Action,
  { client, state, open }: ActionContext,
): Promise<string | undefined> {
  switch (action.type) {
    case "approve":
    case "deny": {
      const { approvalId, hash, type } = action;
      const answer =
        type === "approve" ? ({ type: "accept" } as const) : ({ type: "decline" } as const);
      const { resolved, approval } = await client.call("approval/resolve", {
        approvalId,
        hash,
        answer,
      });
      return resolved ? undefined : `it is ${approval.state} already`;
    }
    case "open":
      return void open(["attach", action.threadId]);
    case "openInbox":
      return void open(["inbox"]);
    case "run": {
      const { state: outcome, reason } = await client.call("automation/run", {
        automationId: action.automationId,
      });
      return outcome === "skipped"
        ? `it was skipped: ${reason ?? "another run goes on"}`
        : undefined;
    }
    case "pause":
      return void (await client.call("automation/pause", { automationId: action.automationId }));
    case "resume":
      return void (await client.call("automation/resume", { automationId: action.automationId }));
    case "quit":
      return undefined;
    case "pauseAll":
    case "resumeAll":
      return void (await pauseOrResumeAll(client, state, action.type === "pauseAll"));
  }
}

/** Those that the daemon has paused itself have a reason that is not over. */
async function pauseOrResumeAll(
  client: HeddleClient,
  { automations }: TrayState,
  pause: boolean,
): Promise<void> {
  for (const { id: automationId, paused } of automations.values()) {
    if (pause && paused === null) await client.call("automation/pause", { automationId });
    if (!pause && paused?.by === "user") await client.call("automation/resume", { automationId });
  }
}
