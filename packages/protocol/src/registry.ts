import { approvalMethods } from "./approval.ts";
import { automationMethods } from "./automation.ts";
import { codeMethods } from "./code.ts";
import { commentMethods } from "./comment.ts";
import { daemonMethods } from "./daemon.ts";
import type { Registry } from "./define.ts";
import { inboxMethods } from "./finding.ts";
import { historyMethods } from "./history.ts";
import { itemMethods } from "./item.ts";
import { landingMethods } from "./landing.ts";
import { mcpMethods } from "./mcp.ts";
import { modelMethods } from "./model.ts";
import { planMethods } from "./plan.ts";
import { policyMethods } from "./policy.ts";
import { projectMethods } from "./project.ts";
import { reviewMethods } from "./review.ts";
import { slashMethods } from "./slash-command.ts";
import { taskMethods } from "./task.ts";
import { threadMethods } from "./thread.ts";
import { turnMethods } from "./turn.ts";

/** Every method of the protocol. */
export const methods = {
  ...daemonMethods,
  ...projectMethods,
  ...taskMethods,
  ...threadMethods,
  ...landingMethods,
  ...turnMethods,
  ...itemMethods,
  ...approvalMethods,
  ...policyMethods,
  ...modelMethods,
  ...mcpMethods,
  ...codeMethods,
  ...automationMethods,
  ...inboxMethods,
  ...planMethods,
  ...reviewMethods,
  ...commentMethods,
  ...historyMethods,
  ...slashMethods,
};
export type Methods = typeof methods;

/** Proves that every entry is a method, without widening the types that clients infer. */
export const registry: Registry = methods;
