import { DaemonError } from "@heddle/protocol";
import { simpleGit } from "simple-git";
import { runShort } from "./launcher.ts";

/** Passed to every git, boxed or not: nothing that a repository configures may run by itself. */
export const safeConfig: readonly string[] = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "safe.bareRepository=explicit",
  "protocol.allow=never",
  "gc.auto=0",
];

export interface GitCall {
  /** The repository's common directory, or a worktree's own for its HEAD and index. */
  readonly gitDir: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** For what may run long: such a call can be given up. */
  readonly signal?: AbortSignal;
  /** Reads the user's and the system's configuration too; only for plain reads of it. */
  readonly userConfig?: boolean;
}

export interface GitOutput {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs git on refs and objects, without a box: as if the repository were bare, so that no file of
 * a worktree is read, not even its attributes. At most four run at once.
 */
export async function tryGit(call: GitCall): Promise<GitOutput> {
  call.signal?.throwIfAborted();
  await acquire();
  try {
    return await (call.signal ? spawnGit(call) : launchGit(call));
  } finally {
    release();
  }
}

/** As `tryGit`, but every exit code other than 0 is a DaemonError `gitFailed`. */
export async function git(call: GitCall): Promise<string> {
  const output = await tryGit(call);
  if (output.exitCode === 0) return output.stdout.toString("utf8").trimEnd();
  throw gitFailed(call.args, output);
}

export function gitFailed(
  args: readonly string[],
  output: Pick<GitOutput, "exitCode" | "stderr">,
): DaemonError {
  const reason = output.stderr.trim().slice(0, 1_000) || `exit code ${output.exitCode}`;
  return new DaemonError("gitFailed", `git ${args[0]} failed: ${reason}`, { args: [...args] });
}

async function launchGit(call: GitCall): Promise<GitOutput> {
  const { gitDir, input } = call;
  const argv = ["git", ...safeConfig.flatMap((setting) => ["-c", setting]), ...bareArgs(call)];
  const program = { argv, env: environment(call), cwd: gitDir, ...(input && { input }) };
  const { exitCode, stdout, stderr } = await runShort(program).catch((cause: unknown) => {
    throw new DaemonError("gitFailed", `git ${call.args[0]} could not run`, {}, { cause });
  });
  const output = { exitCode, stdout, stderr: stderr.toString("utf8") };
  if (exitCode === 127) throw notStarted();
  // Git's own codes end at 129; a shell's for a signal begin there, and for a missing folder at 126.
  if (exitCode === 126 || exitCode > 129) throw gitFailed(call.args, output);
  return output;
}

function bareArgs({ gitDir, args }: GitCall): string[] {
  return [`--git-dir=${gitDir}`, "--bare", "--no-optional-locks", ...args];
}

function notStarted(): DaemonError {
  return new DaemonError("gitFailed", "git could not be started: install git 2.39 or newer");
}

const noBytes = Buffer.alloc(0);
/** How long the output of a git that has ended may be held open by something that it started. */
const closesWithinMs = 10_000;

async function spawnGit(call: GitCall): Promise<GitOutput> {
  let output: GitOutput | undefined;
  let whole = false;
  const env = environment(call);
  const client = simpleGit({
    baseDir: call.gitDir,
    config: [...safeConfig],
    allowEnvironment: Object.keys(env),
    unsafe: {
      allowUnsafeConfigEnvCount: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
      allowUnsafeMergeDriver: true,
      allowUnsafeProtocolOverride: true,
    },
    // With `onExit: false` simple-git lets every call wait for one promise that never settles, and
    // so keeps all of them in memory.
    completion: { onClose: true, onExit: closesWithinMs },
    // simple-git knows success and failure only; this hook is where it tells the exit code.
    errors: (error, { exitCode, stdOut, stdErr }) => {
      const stdout = Buffer.concat(stdOut);
      output = { exitCode, stdout, stderr: Buffer.concat(stdErr).toString("utf8") };
      return exitCode === 0 ? error : undefined;
    },
    ...(call.signal && { abort: call.signal }),
    // Standard input is left open, and a git that reads it waits, unless something is sent.
    input: () => call.input || noBytes,
  }).env(env);
  await client
    // Without a byte of output simple-git would wait for 50 ms after the end.
    .outputHandler((_, stdout) => {
      stdout.once("end", () => {
        whole = true;
        stdout.emit("data", noBytes);
      });
    })
    .raw(bareArgs(call))
    .catch((cause: unknown) => {
      call.signal?.throwIfAborted();
      throw new DaemonError("gitFailed", `git ${call.args[0]} could not run`, {}, { cause });
    });
  call.signal?.throwIfAborted();
  if (output && output.exitCode >= 0) {
    if (whole) return output;
    throw new DaemonError("gitFailed", `git ${call.args[0]} ended, but not its output; try again`);
  }
  throw notStarted();
}

function environment({ env, userConfig }: GitCall): Record<string, string> {
  const { PATH = "/usr/bin:/bin", HOME, TZ, XDG_CONFIG_HOME } = process.env;
  return {
    PATH,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    ...(TZ && { TZ }),
    ...(HOME && { HOME }),
    ...(XDG_CONFIG_HOME && { XDG_CONFIG_HOME }),
    ...(!userConfig && { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" }),
    ...env,
  };
}

const budget = 4;
const waiting: (() => void)[] = [];
let running = 0;

async function acquire(): Promise<void> {
  if (running < budget) {
    running += 1;
    return;
  }
  // The place is handed over by `release`, so that the count stays as it is.
  await new Promise<void>((resolve) => waiting.push(resolve));
}

function release(): void {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
}
