import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { bwrapArgs } from "./argv.ts";
import { alternateMounts, checkCheckout } from "./checkout.ts";
import { maskedConfigs } from "./git-config.ts";
import { gitCommand, gitInvocation } from "./git-invocation.ts";
import { closeScript } from "./helper.ts";
import { launch, parseStatus } from "./launch.ts";
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
  const child = launch(runtime, argv);
  const stop = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", stop, { once: true });
  child.stdin?.on("error", () => {}).end(input);
  try {
    const [stdout, stderr, status] = await Promise.all([
      collect(child.stdio[1], stop),
      collect(child.stdio[2], stop),
      collect(child.stdio[4], stop),
      once(child, "close"),
    ]);
    if (signal?.aborted) throw interrupted();
    const { exitCode } = parseStatus(status.toString());
    if (exitCode === undefined) throw bwrapFailure(stderr.toString());
    return { exitCode, stdout, stderr: stderr.toString() };
  } catch (error) {
    if (error instanceof DaemonError) throw error;
    throw unavailable("bubblewrap did not start: run `heddle doctor`", error);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function collect(stream: ChildProcess["stdio"][number], stop: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= outputBytes) chunks.push(chunk);
    else stop();
  });
  if (stream) await once(stream, "close");
  if (bytes > outputBytes) throw new DaemonError("tooLarge", "git's output is over 256 MiB");
  return Buffer.concat(chunks);
}

function interrupted(): DaemonError {
  return new DaemonError("interrupted", "git was interrupted");
}
