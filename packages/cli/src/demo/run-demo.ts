import type { Landing } from "@heddle/protocol";
import { paintWords } from "../terminal/output.ts";
import { diffStat } from "../thread/diff-text.ts";
import { play } from "./play.ts";
import { Progress } from "./progress.ts";
import { checkoutState } from "./repository.ts";
import type { Stage, StageOptions } from "./stage.ts";
import { type DemoDocument, summarize } from "./summary.ts";
import { type Context, land, type Work, workOn } from "./threads.ts";
import { type Check, checkLandings, checkTurns, isFinished } from "./verify.ts";

/** Runs the whole demo and tells of it on stderr. Without `keep`, nothing is left of it. */
export async function runDemo(options: StageOptions, signal: AbortSignal): Promise<DemoDocument> {
  const perform = async (stage: Stage) => {
    const { works, landings, checks } = await performOn(stage, signal);
    const threads = works.map((work, at) => summarize(work, landings[at]));
    return { asRoot: stage.asRoot, threads, checks };
  };
  return await play(options, signal, perform);
}

interface Performance {
  readonly works: readonly Work[];
  readonly landings: readonly Landing[];
  readonly checks: Check[];
}

async function performOn(stage: Stage, signal: AbortSignal): Promise<Performance> {
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
