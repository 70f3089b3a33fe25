import type { Landing } from "@heddle/protocol";
import { count } from "../terminal/format.ts";
import { paintWords, say } from "../terminal/output.ts";
import { diffStat } from "../thread/diff-text.ts";
import { Progress } from "./progress.ts";
import { checkoutState } from "./repository.ts";
import { openStage, type Stage, type StageOptions } from "./stage.ts";
import { type DemoDocument, type Kept, summarize } from "./summary.ts";
import { type Context, land, type Work, workOn } from "./threads.ts";
import { type Check, checkLandings, checkTurns, isFinished } from "./verify.ts";

/** Runs the whole demo and tells of it on stderr. Without `keep`, nothing is left of it. */
export async function runDemo(options: StageOptions, signal: AbortSignal): Promise<DemoDocument> {
  const startedAt = performance.now();
  await using stage = await openStage(options);
  signal.throwIfAborted();
  introduce(stage);
  const { works, landings, checks } = await untilAborted(perform(stage, signal), signal);
  const kept = options.keep ? keptOf(stage) : null;
  if (kept) stage.leave();
  else checks.push({ name: "the daemon stopped in order", ok: await stage.stopDaemon() });
  return {
    ok: checks.every(({ ok }) => ok),
    model: stage.model.label,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    asRoot: stage.asRoot,
    threads: works.map((work, at) => summarize(work, landings[at])),
    checks,
    kept,
  };
}

/** Does not wait for calls that a daemon may never answer. */
export async function untilAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

export function introduce({ script, model, status, repository, asRoot }: Stage): void {
  const paint = paintWords();
  say(`${paint("bold", "heddle demo")}: ${model.label}; no key and no network are used`);
  say(`  repository  ${repository}: ${count(Object.keys(script.files).length, "file")}`);
  say(`  daemon      pid ${status.pid}; commands run in a box without network`);
  if (asRoot)
    say("  root        this is root, so the demo sets HEDDLE_ALLOW_ROOT=1 for its daemon");
  say("");
}

interface Performance {
  readonly works: readonly Work[];
  readonly landings: readonly Landing[];
  readonly checks: Check[];
}

async function perform(stage: Stage, signal: AbortSignal): Promise<Performance> {
  const { daemon, repository, script } = stage;
  const paint = paintWords();
  const before = await checkoutState(repository);
  const settings = { checks: [script.check] };
  const project = await daemon.call("project/add", { path: repository, access: "rw", settings });

  using progress = new Progress(process.stderr, script.tasks, paint);
  script.tasks.forEach(({ title, policy }, at) => {
    progress.tell(at + 1, [`${paint("bold", title)}  ${paint("dim", `policy ${policy}`)}`]);
  });
  const context: Context = { daemon, signal, see: (...seen) => progress.see(...seen) };
  const works = await Promise.all(
    script.tasks.map(async (task, at) => {
      const work = await workOn(context, project, { number: at + 1, task });
      progress.tell(work.number, diffStat(work.diff, paint).trim().split(/\n ?/));
      return work;
    }),
  );

  const checks = checkTurns(works, before, await checkoutState(repository));
  if (!works.every(isFinished)) return { works, landings: [], checks };
  const landings = await landInOrder(context, works);
  checks.push(...(await checkLandings(stage, { works, landings, before })));
  return { works, landings, checks };
}

/** Each lands on what the one before has made of the target. */
async function landInOrder(context: Context, works: readonly Work[]): Promise<Landing[]> {
  const landings: Landing[] = [];
  for (const work of works) landings.push(await land(context, work));
  return landings;
}

export function keptOf({ directory, home, repository, status, model }: Stage): Kept {
  return { directory, home, repository, daemonPid: status.pid, modelPid: model.pid };
}
