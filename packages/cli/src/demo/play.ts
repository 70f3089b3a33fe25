import { count } from "../terminal/format.ts";
import { paintWords, say } from "../terminal/output.ts";
import { openStage, type Stage, type StageOptions } from "./stage.ts";
import type { Kept } from "./summary.ts";
import type { Check } from "./verify.ts";

/** What every demo tells at its end, beside what it found. */
interface Played {
  readonly ok: boolean;
  readonly model: string;
  readonly seconds: number;
  readonly kept: Kept | null;
}

/** Sets a stage, lets a demo perform on it and clears it away, unless it is to be kept. */
export async function play<Found extends { readonly checks: Check[] }>(
  options: StageOptions,
  signal: AbortSignal,
  perform: (stage: Stage) => Promise<Found>,
): Promise<Found & Played> {
  const startedAt = performance.now();
  await using stage = await openStage(options);
  signal.throwIfAborted();
  introduce(stage);
  const found = await untilAborted(perform(stage), signal);
  const { checks } = found;
  const kept = options.keep ? keptOf(stage) : null;
  if (kept) stage.leave();
  else checks.push({ name: "the daemon stopped in order", ok: await stage.stopDaemon() });
  return {
    ...found,
    ok: checks.every(({ ok }) => ok),
    model: stage.model.label,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    kept,
  };
}

/** Does not wait for calls that a daemon may never answer. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function introduce({ script, model, status, repository, asRoot }: Stage): void {
  const paint = paintWords();
  say(`${paint("bold", "heddle demo")}: ${model.label}; no key and no network are used`);
  say(`  repository  ${repository}: ${count(Object.keys(script.files).length, "file")}`);
  say(`  daemon      pid ${status.pid}; commands run in a box without network`);
  if (asRoot)
    say("  root        this is root, so the demo sets HEDDLE_ALLOW_ROOT=1 for its daemon");
  say("");
}

function keptOf({ directory, home, repository, status, model }: Stage): Kept {
  return { directory, home, repository, daemonPid: status.pid, modelPid: model.pid };
}
