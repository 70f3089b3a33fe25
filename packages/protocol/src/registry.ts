import { approvalMethods } from "./approval.ts";
import { codeMethods } from "./code.ts";
import { daemonMethods } from "./daemon.ts";
import type { Registry } from "./define.ts";
import { itemMethods } from "./item.ts";
import { landingMethods } from "./landing.ts";
import { modelMethods } from "./model.ts";
import { policyMethods } from "./policy.ts";
import { projectMethods } from "./project.ts";
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
  ...codeMethods,
};
export type Methods = typeof methods;

/** Proves that every entry is a method, without widening the types that clients infer. */
export const registry: Registry = methods;
