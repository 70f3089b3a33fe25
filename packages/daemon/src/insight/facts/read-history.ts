import { logArguments, parseLog } from "./git-log.ts";
import type { History } from "./history.ts";

export interface HistorySource {
  /** Runs git in the repository; undefined where it fails, as where there is no commit. */
  readonly git: (args: readonly string[], signal: AbortSignal) => Promise<string | undefined>;
  /** A clone that does not have all commits. */
  readonly shallow: boolean;
  /** How long git may take before fewer commits are asked for. */
  readonly withinMs?: number;
}

/** In a large repository, fewer commits are read rather than no answer given. */
const commitsAtMost = [1000, 100];

/** The last commits of HEAD, as many as can be read in a few seconds; null where there is nothing. */
export async function readHistory({
  git,
  shallow,
  withinMs = 5000,
}: HistorySource): Promise<History | null> {
  for (const [attempt, limit] of commitsAtMost.entries()) {
    // The last try has all the time that it needs.
    const last = attempt === commitsAtMost.length - 1;
    const signal = last ? new AbortController().signal : AbortSignal.timeout(withinMs);
    try {
      const output = await git(logArguments(limit + 1), signal);
      if (output === undefined) return null;
      const commits = parseLog(output);
      const whole = attempt === 0 && !shallow && commits.length <= limit;
      return { commits: commits.slice(0, limit), whole };
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  return null;
}
