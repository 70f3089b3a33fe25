import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { OutputTooLarge, runShort } from "../os/launcher.ts";
import { bwrapArgs } from "./argv.ts";
import { alternateMounts, checkCheckout } from "./checkout.ts";
import { maskedConfigs } from "./git-config.ts";
import { gitCommand, gitInvocation } from "./git-invocation.ts";
import { closeScript } from "./helper.ts";
import { parseStatus, shortBox } from "./launch.ts";
import { type Mount, readOnly, writable } from "./mounts.ts";
import { isInside } from "./refuse.ts";
import type { Runtime } from "./runtime.ts";
import type { BoxedGit, Checkout, GitResult } from "./types.ts";
import { bwrapFailure, unavailable } from "./unavailable.ts";

const outputBytes = 256 * 1024 * 1024;

/** Runs one git command in a box of its own. The repository's own configuration runs nothing. */
export async function runBoxedGit(runtime: Runtime, request: BoxedGit): Promise<GitResult> {
  const { checkout, access } = request;
  const { env } = gitInvocation(request);
  await checkCheckout(runtime, checkout);
  if (access === "write") await mkdir(join(checkout.gitCommonDir, "logs"), { recursive: true });
  const shared = await Promise.all([
    maskedConfigs(runtime, checkout),
    alternateMounts(runtime, checkout),
  ]);
  const mounts = access === "read" ? readMounts(checkout) : writeMounts(checkout);
  const options = bwrapArgs(runtime, {
    mounts: [...mounts, ...shared.flat()],
    env,
    cwd: checkout.worktree,
  });
  // A shell that closes inherited descriptors costs 2 ms, so it is there only if there are any.
  const command = gitCommand(request, runtime.inheritsFiles ? closeScript : "");
  return run(runtime, [...options, "--", ...command], request);
}

function readMounts({ worktree, gitDir, gitCommonDir }: Checkout): Mount[] {
  return [
    readOnly(worktree),
    readOnly(gitCommonDir),
    ...(isInside(gitDir, gitCommonDir) ? [] : [readOnly(gitDir)]),
  ];
}

function writeMounts(checkout: Checkout): Mount[] {
  const { worktree, gitDir, gitCommonDir } = checkout;
  const main = gitDir === gitCommonDir;
  const open = ["objects", "refs", "logs"].map((name) => join(gitCommonDir, name));
  const closed = main
    ? ["hooks", "info", "modules", "worktrees"].map((name) => join(gitDir, name))
    : ["commondir", "gitdir"].map((name) => join(gitDir, name));
  return [
    writable(worktree),
    main ? writable(gitCommonDir) : readOnly(gitCommonDir),
    ...(main ? [] : [...[gitDir, ...open].map(writable), readOnly(join(worktree, ".git"))]),
    ...closed.map((path): Mount => ({ type: "optional", from: path, at: path })),
  ];
}

async function run(
  runtime: Runtime,
  argv: readonly string[],
  { input, signal }: BoxedGit,
): Promise<GitResult> {
  if (signal?.aborted) throw interrupted();
  const program = shortBox(runtime, argv);
  const options = { maxBytes: outputBytes, ...(input && { input }), ...(signal && { signal }) };
  const ended = await runShort({ ...program, ...options }).catch((error: unknown) => {
    if (signal?.aborted) throw interrupted();
    if (error instanceof OutputTooLarge) throw tooLarge();
    throw unavailable("bubblewrap did not start: run `heddle doctor`", error);
  });
  const stderr = ended.stderr.toString();
  const { exitCode } = parseStatus(ended.report.toString());
  if (exitCode === undefined) throw bwrapFailure(stderr);
  return { exitCode, stdout: ended.stdout, stderr };
}

function tooLarge(): DaemonError {
  return new DaemonError("tooLarge", "git's output is over 256 MiB");
}

function interrupted(): DaemonError {
  return new DaemonError("interrupted", "git was interrupted");
}
