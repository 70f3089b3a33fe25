import type { Project, Thread, Turn } from "@heddle/protocol";
import { failureText } from "../agent/gate/failure-text.ts";
import { treeOf } from "../os/git-objects.ts";
import type { Box } from "../sandbox/types.ts";
import { runScript } from "./box-script.ts";
import { makeScratch, removeScratch } from "./git/landing-git.ts";
import { openScratchBox, type ScratchServices } from "./scratch-box.ts";

const checkLimitMs = 30 * 60_000;
/** Of an output that is longer, nobody can say that it is the same. */
export const comparedBytes = 256 * 1024;
const knownAtMost = 200;

export interface BaseChecksOptions extends ScratchServices {
  readonly scratchRoot: string;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

/** How a check failed, as far as two failures can be compared. */
export interface CheckFailure {
  readonly exitCode: number;
  readonly text: string;
}

export interface BaseQuestion {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly project: Project;
  /** Whose tree is asked about. */
  readonly commit: string;
  /** The project's checks up to the one that is asked about: it may need what they leave behind. */
  readonly commands: readonly string[];
  readonly signal: AbortSignal;
}

interface Run {
  readonly ended: Promise<CheckFailure | undefined>;
  readonly stop: AbortController;
  waiting: number;
  settled: boolean;
}

/** How the checks of projects fail on trees that no turn has touched yet: each is run once. */
export class BaseChecks {
  readonly #options: BaseChecksOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: BaseChecksOptions) {
    this.#options = options;
  }

  /**
   * How the last of the commands fails there; undefined where it passes, or nobody can say. Throws
   * when `signal` aborts.
   */
  async failure(question: BaseQuestion): Promise<CheckFailure | undefined> {
    const { signal, project, commit, commands } = question;
    const { gitCommonDir } = await this.#options.projects.checkout(project);
    const tree = await treeOf(gitCommonDir, commit);
    const key = JSON.stringify([project.id, tree, commands]);
    const run = this.#runs.get(key) ?? this.#begin(key, question, gitCommonDir);
    run.waiting += 1;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await Promise.race([run.ended, aborted]);
    } finally {
      signal.removeEventListener("abort", abort);
      run.waiting -= 1;
      if (run.waiting === 0 && !run.settled) await this.#abandon(run, key);
    }
  }

  /** Nobody waits for it any more. */
  async #abandon(run: Run, key: string): Promise<void> {
    this.#runs.delete(key);
    run.stop.abort();
    await run.ended;
  }

  #begin(key: string, question: BaseQuestion, gitCommonDir: string): Run {
    const stop = new AbortController();
    const ended = this.#run({ ...question, signal: stop.signal }, gitCommonDir)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return undefined;
        this.#runs.delete(key);
        this.#options.logError("a check could not be run on its base", { error });
        return undefined;
      })
      .finally(() => {
        run.settled = true;
      });
    const run: Run = { ended, stop, waiting: 0, settled: false };
    this.#runs.set(key, run);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= knownAtMost) break;
      this.#runs.delete(oldest);
    }
    return run;
  }

  async #run(
    { turn, thread, project, commit, commands, signal }: BaseQuestion,
    gitCommonDir: string,
  ): Promise<CheckFailure | undefined> {
    const { sandbox, scratchRoot } = this.#options;
    const request = { gitCommonDir, scratchRoot, name: turn.id, commit };
    const scratch = await makeScratch(sandbox.git, request);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => removeScratch(scratch, scratchRoot));
    const box = stack.use(await openScratchBox(this.#options, { thread, project, scratch }));
    return await lastFailure(box, { commands, cwd: scratch.worktree, signal });
  }
}

async function lastFailure(
  box: Box,
  { commands, cwd, signal }: { commands: readonly string[]; cwd: string; signal: AbortSignal },
): Promise<CheckFailure | undefined> {
  const limits = { cwd, signal, timeoutMs: checkLimitMs, tailBytes: comparedBytes };
  let failure: CheckFailure | undefined;
  for (const command of commands) {
    const { exitCode, output } = await runScript(box, { command, ...limits });
    failure = failureOf({ exitCode, output, worktree: cwd });
  }
  return failure;
}

/** Undefined for what passed, did not end, or said too much or too little to be compared. */
export function failureOf({
  exitCode,
  output,
  worktree,
}: {
  exitCode: number | null;
  output: string;
  worktree: string;
}): CheckFailure | undefined {
  if (exitCode === null || exitCode === 0 || Buffer.byteLength(output) >= comparedBytes) return;
  const text = failureText(output, worktree);
  return text === undefined ? undefined : { exitCode, text };
}
