import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { processStart } from "../../packages/daemon/src/os/processes.ts";
import { randomBy } from "../../packages/daemon/src/os/random.test.support.ts";
import { halfOpenBoxes } from "../../packages/daemon/src/sandbox/left-boxes.ts";
import { files, marker, type Story, settings, stories, type Verdicts } from "./kill-stories.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./test-daemon.ts";

/** What a campaign of kills found; every list is empty when all promises hold. */
export interface KillReport extends Verdicts {
  readonly seed: number;
  readonly kills: number;
  /** How long what a kill falls into takes undisturbed. */
  readonly windowMs: number;
  /** Processes, worktrees, refs and locks that outlived all who owned them. */
  readonly orphans: string[];
  /** What did not go on by itself, nor said why. */
  readonly stuck: string[];
}

export interface KillOptions {
  /** What kills fall into; measured where it is not given. */
  readonly windowMs?: number;
  /** Told after each kill. */
  readonly progress?: (kills: number, report: KillReport) => void;
}

/** So many stories run side by side, each of another kind. */
const storiesAtOnce = 3;
/** A daemon is used for so many kills, so that its model does not remember too much. */
const killsEach = 25;

/** Kills a daemon at random points of whole tasks and counts what happened to their effects. */
export async function killCampaign(
  kills: number,
  seed: number,
  { progress, windowMs: given }: KillOptions = {},
): Promise<KillReport> {
  const random = randomBy(seed);
  const windowMs = given ?? (await measure());
  const found = { lost: [], doubled: [], orphans: [], stuck: [] };
  const report: KillReport = { seed, kills, windowMs, ended: {}, ...found };
  for (let first = 0; first < kills; first += killsEach) {
    await using daemon = await startTestDaemon();
    for (let kill = first; kill < Math.min(kills, first + killsEach); kill += 1) {
      const chosen = stories.map((_, at) => stories[(kill * storiesAtOnce + at) % stories.length]);
      const cast = chosen.slice(0, storiesAtOnce).filter((story) => story !== undefined);
      await killOnce({ daemon, cast, report, delayMs: random() * windowMs, name: `kill ${kill}` });
      progress?.(kill + 1, report);
    }
  }
  return report;
}

/** How long the stories take when nothing is killed; the faults of such a run are faults, too. */
async function measure(): Promise<number> {
  const found = { lost: [], doubled: [], orphans: [], stuck: [] };
  const report: KillReport = { seed: 0, kills: 0, windowMs: 0, ended: {}, ...found };
  await using daemon = await startTestDaemon();
  const startedAt = performance.now();
  await play({ daemon, cast: stories.slice(0, storiesAtOnce), report, at: "unharmed" });
  const faults = [...report.lost, ...report.doubled, ...report.stuck, ...report.orphans];
  if (faults.length > 0) throw new Error(`without any kill: ${faults.join("; ")}`);
  return Math.round(performance.now() - startedAt);
}

interface Round {
  readonly daemon: TestDaemon;
  readonly cast: readonly Story[];
  readonly report: KillReport;
}

async function killOnce({
  delayMs,
  name,
  ...round
}: Round & { delayMs: number; name: string }): Promise<void> {
  const { daemon, report } = round;
  const playing = play({ ...round, at: `${name} at ${Math.round(delayMs)} ms` });
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  await daemon.kill9();
  // The kernel takes its children after it; by the time the next one answers, they are gone.
  const dying = survivors();
  await daemon.restart();
  const alive = new Set(survivors());
  report.orphans.push(...dying.filter((pid) => alive.has(pid)).map((pid) => `${name}: ${pid}`));
  const opening = halfOpenBoxes(join(daemon.paths.state, "box"), processStart(daemon.pid));
  report.orphans.push(...opening.map(({ pid }) => `${name}: the box ${pid}`));
  await playing;
}

/** Adds a project and plays stories in it side by side, to their end; then nothing may be left. */
async function play({ daemon, cast, report, at }: Round & { at: string }): Promise<void> {
  let project: TestProject;
  try {
    project = await daemon.project(files, settings);
  } catch (error) {
    report.stuck.push(`${at}: adding a project: ${String(error)}`);
    return;
  }
  const played = cast.map(async ({ name, run }) => {
    const scene = { daemon, project, verdicts: report, at: `${at}: ${name}` };
    await run(scene).catch((error: unknown) => {
      report.stuck.push(`${scene.at}: ${error instanceof Error ? error.message : String(error)}`);
    });
  });
  const before = report.stuck.length;
  await Promise.all(played);
  // Of a story that came to nothing, something is left.
  if (report.stuck.length > before) return;
  report.orphans.push(...remains(daemon, project).map((what) => `${at}: ${what}`));
  const client = await daemon.client();
  await client.call("project/remove", { projectId: project.project.id });
  project.repository[Symbol.dispose]();
}

/** What is left in a repository and of the state after all of its threads were archived. */
function remains({ paths }: TestDaemon, { repository, project }: TestProject): string[] {
  const { path, git } = repository;
  const refs = git("for-each-ref", "--format=%(refname)", "refs/heads/heddle", "refs/heddle");
  const worktrees = git("worktree", "list", "--porcelain").split("\n\n").slice(1);
  return [
    ...refs.split("\n").filter((ref) => ref !== "" && !/^refs\/heddle\/salvage\/thr_/.test(ref)),
    ...worktrees.map((entry) => entry.split("\n")[0] ?? ""),
    ...entriesOf(join(path, ".git", "worktrees")),
    ...entriesOf(join(paths.state, "worktrees", project.id)),
    ...entriesOf(join(paths.state, "scratch")),
    ...[join(path, ".git", "index.lock")].filter((file) => existsSync(file)),
  ];
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** The ids of the processes that a campaign's commands started. */
function survivors(): string[] {
  return globSync("/proc/[0-9]*/cmdline")
    .filter((file) => commandLine(file).includes(marker.slice(2)))
    .map((file) => file.split("/")[2] ?? "");
}

function commandLine(file: string): string {
  try {
    const line = readFileSync(file, "utf8").replaceAll("\0", " ");
    return line.startsWith("sleep ") ? line : "";
  } catch {
    return "";
  }
}
