import { setTimeout as delay } from "node:timers/promises";
import { Place } from "../../packages/daemon/src/services/automations/commits/commit-place.test.support.ts";
import { noticeOperations } from "../../packages/daemon/src/services/automations/commits/git-operations.test.support.ts";
import { quantile } from "../../test/support/process-figures.ts";

/** How many kinds of git operation lead to exactly the runs that they should. */
export async function measureOperations(): Promise<{
  kinds: number;
  right: number;
  wrong: string[];
}> {
  const noticed = await noticeOperations();
  const wrong = noticed
    .filter(({ wanted, runs }) => wanted.join() !== runs.join())
    .map(({ name, wanted, runs }) => `${name}: ${runs.join() || "no run"}, not ${wanted.join()}`);
  return { kinds: noticed.length, right: noticed.length - wrong.length, wrong };
}

export interface Commits {
  readonly commits: number;
  /** From the end of `git commit` to the begin of its run. */
  readonly commitToRunMs: { readonly p50: number; readonly p95: number };
  readonly rapid: number;
  readonly finalTipSeen: boolean;
}

export async function measureCommits(commits: number, rapid: number): Promise<Commits> {
  await using place = await Place.open();
  const { repository: it, world } = place;
  const times: number[] = [];
  for (let at = 0; at < commits; at += 1) {
    it.write({ "a.txt": `${at}\n` });
    it.git("add", "a.txt");
    const begun = world.hands.begun.length;
    it.git("commit", "-q", "-m", `${at}`);
    const committedAt = performance.now();
    while (world.hands.begun.length === begun) await delay(1);
    times.push(performance.now() - committedAt);
    world.end(world.hands.begun[begun]);
    await place.triggers.look(place.automation.projectId);
  }
  const many = `!for i in $(seq ${rapid}); do echo q$i > a.txt; git commit -qam q$i; done`;
  await place.after(() => it.git("-c", `alias.many=${many}`, "many"));
  const finalTipSeen = place.last()?.commit?.commit === it.git("rev-parse", "main");
  const commitToRunMs = { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
  return { commits, commitToRunMs, rapid, finalTipSeen };
}
