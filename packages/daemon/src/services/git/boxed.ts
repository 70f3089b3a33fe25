import { gitFailed } from "../../os/git.ts";
import type { BoxedGit, GitResult, RunBoxedGit } from "../../sandbox/types.ts";

/** Runs git in its box; every exit code that is not accepted is a DaemonError `gitFailed`. */
export async function runBoxed(
  box: RunBoxedGit,
  request: BoxedGit,
  accepted: readonly number[] = [0],
): Promise<GitResult> {
  const result = await box(request);
  if (accepted.includes(result.exitCode)) return result;
  throw gitFailed(request.args, result);
}
