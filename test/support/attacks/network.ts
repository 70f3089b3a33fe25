import type { AttackGroup } from "./attack.ts";
import { direct } from "./network/direct.ts";
import { ends, exhaustion } from "./network/ends.ts";
import { names } from "./network/names.ts";
import { requests } from "./network/requests.ts";

export const networkAttacks: AttackGroup = {
  name: "network",
  attacks: [...direct, ...names, ...requests, ...ends, ...exhaustion],
};
