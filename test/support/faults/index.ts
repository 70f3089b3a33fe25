import { clientFaults } from "./clients.ts";
import { noDescriptors } from "./descriptors.ts";
import type { Fault } from "./fault.ts";
import { longLife } from "./life.ts";
import { modelFaults } from "./model.ts";
import { outputFaults } from "./output.ts";
import { storeFaults } from "./store.ts";
import { worktreeFaults } from "./worktrees.ts";

/** All faults that the daemon survives. */
export const faults: readonly Fault[] = [
  ...storeFaults,
  ...worktreeFaults,
  ...clientFaults,
  noDescriptors,
  ...modelFaults,
  ...outputFaults,
  longLife,
];
