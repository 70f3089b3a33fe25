import type { AttackGroup } from "./attack.ts";
import { fileAttacks } from "./box/files.ts";
import { reachAttacks } from "./box/reach.ts";
import { resourceAttacks } from "./box/resources.ts";

/** By commands and file tools, from inside the box. */
export const boxAttacks: AttackGroup = {
  name: "box",
  attacks: [...reachAttacks, ...fileAttacks, ...resourceAttacks],
};
