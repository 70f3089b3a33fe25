import type { AttackGroup } from "./attack.ts";
import { history } from "./git/history.ts";
import { paths } from "./git/paths.ts";
import { settings } from "./git/settings.ts";

/** What a repository, or an agent in its worktree, can make git do. */
export const gitAttacks: AttackGroup = {
  name: "git",
  attacks: [...settings, ...history, ...paths],
};
