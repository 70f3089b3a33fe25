import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addFile, exec, replaceLine, steps } from "./steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./test-daemon.ts";
import type { TestThread } from "./test-thread.ts";

/** What a campaign of kills found; every list but `ended` is empty when all promises hold. */
export interface KillReport {
  readonly seed: number;
  readonly kills: number;
  /** Turns by how they ended. */
  readonly ended: Record<string, number>;
  /** Effects that were reported as done and are not there. */
  readonly lost: string[];
  /** Effects that happened more than once. */
  readonly doubled: string[];
  /** Processes that outlived their daemon. */
  readonly orphans: string[];
  /** Turns that did not go on by themselves. */
  readonly stuck: string[];
}

/** The longest that a task takes here; kills fall anywhere in it. */
const taskMs = 1100;
const marker = "0.1271828";

const task = steps(
  exec(`echo one >> log.txt; sleep ${marker}`),
  addFile("added.txt", "first", "second"),
  exec(`echo two >> log.txt; sleep ${marker}`),
  replaceLine("added.txt", "second", "2nd"),
  exec(`echo three >> log.txt; sleep ${marker}`),
  { text: "all done" },
);

/** Kills a daemon at random points of whole tasks and counts what happened to their effects. */
export async function killCampaign(kills: number, seed: number): Promise<KillReport> {
  const report: KillReport = {
    ...{ seed, kills, ended: {} },
    ...{ lost: [], doubled: [], orphans: [], stuck: [] },
  };
  const random = randomBy(seed);
  await using daemon = await startTestDaemon();
  const project = await daemon.project();
  for (let kill = 0; kill < kills; kill += 1) {
    await killOnce({ daemon, project, report, delayMs: random() * taskMs, name: `kill ${kill}` });
  }
  return report;
}

async function killOnce({
  daemon,
  project,
  report,
  delayMs,
  name,
}: {
  daemon: TestDaemon;
  project: TestProject;
  report: KillReport;
  delayMs: number;
  name: string;
}): Promise<void> {
  await using thread = await project.thread();
  const turn = await thread.send(task);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  await daemon.kill9();
  // The kernel takes its children after it; by the time the next one answers, they are gone.
  const dying = processesWith(`sleep ${marker}`);
  await daemon.restart();
  const alive = new Set(processesWith(`sleep ${marker}`));
  report.orphans.push(...dying.filter((pid) => alive.has(pid)).map((pid) => `${name}: ${pid}`));
  const at = `${name} at ${Math.round(delayMs)} ms`;
  try {
    const { state } = await thread.ended(turn.id);
    report.ended[state] = (report.ended[state] ?? 0) + 1;
    if (state !== "done") report.stuck.push(`${at}: ${state}`);
  } catch (error) {
    report.stuck.push(`${at}: ${String(error)}`);
    return;
  }
  await judge(thread, at, report);
  await thread.client.call("thread/archive", { threadId: thread.id });
}

async function judge(thread: TestThread, at: string, { lost, doubled }: KillReport): Promise<void> {
  const { worktree } = await thread.ready();
  const read = (file: string) => readQuietly(join(worktree, file));
  const log = read("log.txt").split("\n");
  for (const word of ["one", "two", "three"]) {
    const count = log.filter((line) => line === word).length;
    const reported = thread
      .items("commandExecution")
      .some(({ cmd, state }) => cmd.includes(`echo ${word} `) && state === "completed");
    if (count > 1) doubled.push(`${at}: ${word} ${count} times`);
    if (count === 0 && reported) lost.push(`${at}: ${word}`);
  }
  const added = read("added.txt");
  if (added !== "first\n2nd\n") lost.push(`${at}: added.txt is ${JSON.stringify(added)}`);
}

/** The ids of the processes whose command line begins so. */
function processesWith(text: string): string[] {
  return globSync("/proc/[0-9]*/cmdline")
    .filter((file) => readQuietly(file).replaceAll("\0", " ").startsWith(text))
    .map((file) => file.split("/")[2] ?? "");
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** A small seeded generator (mulberry32): the same seed kills at the same moments. */
function randomBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
