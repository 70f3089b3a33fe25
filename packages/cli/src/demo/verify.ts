import { isDeepStrictEqual } from "node:util";
import type { Landing } from "@heddle/protocol";
import { count } from "../terminal/format.ts";
import { type CheckoutState, checkoutState, landedThreads, passes } from "./repository.ts";
import type { Stage } from "./stage.ts";
import type { Work } from "./threads.ts";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
}

const check = (name: string, ok: boolean): Check => ({ name, ok });

/** What has to hold of the turns, before anything lands. */
export function checkTurns(
  works: readonly Work[],
  before: CheckoutState,
  now: CheckoutState,
): Check[] {
  return [
    check(
      "every turn is done: its check passes, or fails as it did before",
      works.every(isFinished) && works.some(({ turn }) => turn.proof?.verdict === "passed"),
    ),
    check(`${works.length} threads ran at once`, ranAtOnce(works)),
    check("a failing test was seen and fixed", works.some(fixedAFailure)),
    check("approvals were answered for exactly what was shown", approvalsWereAnswered(works)),
    check("the checkout was untouched before the first landing", isDeepStrictEqual(before, now)),
  ];
}

/** A test fails where the threads begin. Only one mends it; for the others it fails as before. */
export function isFinished({ turn }: Work): boolean {
  return turn.state === "done";
}

function ranAtOnce(works: readonly Work[]): boolean {
  const lastStart = Math.max(
    ...works.map(({ turn }) => turn.startedAt ?? Number.POSITIVE_INFINITY),
  );
  const firstEnd = Math.min(...works.map(({ turn }) => turn.completedAt ?? 0));
  const worktrees = new Set(works.map(({ thread }) => thread.worktree));
  return lastStart < firstEnd && worktrees.size === works.length;
}

function fixedAFailure({ view }: Work): boolean {
  const codes = view.items.flatMap((item) =>
    item.type === "commandExecution" ? [item.exitCode] : [],
  );
  return codes.some((code) => code !== null && code !== 0) && codes.at(-1) === 0;
}

function approvalsWereAnswered(works: readonly Work[]): boolean {
  const approvals = works.flatMap(({ view }) => view.approvals);
  const commands = approvals.filter(({ subject }) => subject.type === "command");
  return commands.length > 0 && approvals.every(({ state }) => state === "accepted");
}

/** What has to hold when all has landed: as the user would look, not as the daemon says. */
export async function checkLandings(
  { daemon, repository, script }: Stage,
  {
    works,
    landings,
    before,
  }: {
    works: readonly Work[];
    landings: readonly Landing[];
    before: CheckoutState;
  },
): Promise<Check[]> {
  const tested = ({ state, checks }: Landing) =>
    state === "landed" && checks.length > 0 && checks.every(({ exitCode }) => exitCode === 0);
  const [after, onBranch, passesNow, approvals] = await Promise.all([
    checkoutState(repository),
    landedThreads(repository, before.head),
    passes(repository, script.check),
    daemon.call("approval/list", {}),
  ]);
  const expected = works.map(({ thread }) => thread.id);
  const clean = after.branch === before.branch && after.status === "";
  return [
    check("each landing passed the check on the merged tree", landings.every(tested)),
    check(
      `git log has the ${count(works.length, "landing")} in order`,
      isDeepStrictEqual(onBranch, expected),
    ),
    check(`\`${script.check}\` passes in the user's checkout`, passesNow),
    check(
      "the checkout is clean and on the last landing",
      clean && after.head === landings.at(-1)?.commit,
    ),
    check("no approval is pending", approvals.data.length === 0),
  ];
}
