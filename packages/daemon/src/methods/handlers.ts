import type { Handlers, Methods } from "@heddle/protocol";
import { approvalHandlers } from "./approval.ts";
import { automationHandlers, inboxHandlers } from "./automation.ts";
import type { Caller } from "./caller.ts";
import { codeHandlers } from "./code.ts";
import { daemonHandlers } from "./daemon.ts";
import { itemHandlers } from "./item.ts";
import { mcpHandlers } from "./mcp.ts";
import { modelHandlers } from "./model.ts";
import { phaseHandlers } from "./phases.ts";
import { policyHandlers } from "./policy.ts";
import { projectHandlers } from "./project.ts";
import type { Services } from "./services.ts";
import { slashHandlers } from "./slash.ts";
import { taskHandlers } from "./task.ts";
import { threadHandlers } from "./thread.ts";
import { turnHandlers } from "./turn.ts";

/** A handler for every method of the protocol. */
export function createHandlers(services: Services): Handlers<Methods, Caller> {
  return {
    ...daemonHandlers(services),
    ...projectHandlers(services),
    ...taskHandlers(services),
    ...threadHandlers(services),
    ...turnHandlers(services),
    ...itemHandlers(services),
    ...approvalHandlers(services),
    ...policyHandlers(services),
    ...modelHandlers(services),
    ...mcpHandlers(services),
    ...codeHandlers(services),
    ...automationHandlers(services),
    ...inboxHandlers(services),
    ...phaseHandlers(services),
    ...slashHandlers(),
  };
}
