/** Measures what automations cost: an idle sweep, a wake of thousands, a commit to its run. Prints JSON. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Project } from "@heddle/protocol";
import { findCheckout } from "../packages/daemon/src/os/git-repository.ts";
import { CommitTriggers } from "../packages/daemon/src/services/automations/commits/commit-triggers.ts";
import {
  dayMs,
  projectId,
  World,
} from "../packages/daemon/src/services/automations/world.test.support.ts";
import { daemonActor } from "../packages/daemon/src/services/journal.ts";
import type { Projects } from "../packages/daemon/src/services/projects.ts";

const { values } = parseArgs({
  options: {
    automations: { type: "string", default: "10000" },
    commits: { type: "string", default: "30" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "heddle-bench-automations-"));
try {
  const wake = await measureWake(Number(values.automations));
  const commits = await measureCommits(Number(values.commits));
  console.log(JSON.stringify({ ...wake, ...commits }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** On a real file, flushed as the daemon flushes it. */
async function measureWake(automations: number): Promise<object> {
  const world = new World("2026-03-02T08:00:00Z", { path: join(folder, "wake.db") });
  world.journal.write(daemonActor, () => {
    for (let at = 0; at < automations; at += 1) {
      world.add(`${at % 60} ${at % 24} * * *`, { jitter: true }, `daily ${at}`);
    }
  });
  const idleSweepUs = await measureIdle(world);
  world.now += 6 * dayMs;
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const startedAt = performance.now();
  await world.scheduler.sweep();
  const wakeMs = Math.round(performance.now() - startedAt);
  stalls.disable();
  const longestBlockMs = Math.round(stalls.max / 1e5) / 10;
  return { automations, idleSweepUs, wakeMs, longestBlockMs, begun: world.hands.begun.length };
}

async function measureIdle(world: World): Promise<number> {
  const sweeps = 5000;
  for (let at = 0; at < 1000; at += 1) await world.scheduler.sweep();
  const startedAt = performance.now();
  for (let at = 0; at < sweeps; at += 1) await world.scheduler.sweep();
  return Math.round(((performance.now() - startedAt) * 1e4) / sweeps) / 10;
}

async function measureCommits(commits: number): Promise<object> {
  const path = join(folder, "repository");
  const git = (...args: string[]) => execFileSync("git", args, { cwd: path, encoding: "utf8" });
  mkdirSync(path);
  git("init", "-q", "-b", "main");
  git("config", "user.name", "Ada");
  git("config", "user.email", "ada@example.org");
  git("commit", "-q", "--allow-empty", "-m", "first");
  const world = new World("2026-03-02T08:00:00Z");
  const automation = world.add({ type: "commit", branches: ["*"], paths: [], debounceMs: 0 });
  const checkout = await findCheckout(path);
  const projects = {
    granted: async () => ({ id: projectId }) as Project,
    checkout: async () => checkout,
  } as unknown as Projects;
  const { store, journal, scheduler } = world;
  const clock = () => world.now;
  const logError = console.error;
  await using triggers = new CommitTriggers({
    store,
    journal,
    clock,
    projects,
    scheduler,
    logError,
  });
  triggers.start();
  await triggers.look(projectId);
  const latencies: number[] = [];
  for (let at = 0; at < commits; at += 1) {
    execFileSync("sh", ["-c", `echo ${at} > a.txt; git add a.txt; git commit -qm ${at}`], {
      cwd: path,
    });
    const committedAt = performance.now();
    while (world.hands.begun.length <= at) await delay(1);
    latencies.push(performance.now() - committedAt);
    world.end(world.hands.begun[at]);
    await delay(50);
  }
  latencies.sort((a, b) => a - b);
  const rank = (share: number) => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0);
  const quick = "for i in $(seq 200); do echo q$i > a.txt; git commit -qam q$i; done";
  execFileSync("sh", ["-c", quick], { cwd: path });
  const tip = git("rev-parse", "main").trim();
  const deadline = performance.now() + 30_000;
  const seen = () => world.runs(automation).at(-1)?.commit?.commit === tip;
  while (!seen() && performance.now() < deadline) {
    for (const run of store.runs.open()) world.end(run);
    await delay(5);
  }
  return {
    commits,
    commitToRunMs: { p50: rank(0.5), p95: rank(0.95) },
    finalTipOf200Seen: seen(),
  };
}
