import { approvalAttacks } from "./approval.ts";
import type { AttackGroup } from "./attack.ts";
import { boxAttacks } from "./box.ts";
import { contentAttacks } from "./content.ts";
import { gitAttacks } from "./git.ts";
import { localAttacks } from "./local.ts";
import { networkAttacks } from "./network.ts";

/** All attacks, by where they come from. */
export const attackGroups: readonly AttackGroup[] = [
  localAttacks,
  boxAttacks,
  gitAttacks,
  approvalAttacks,
  contentAttacks,
  networkAttacks,
];
