import { createHash } from "node:crypto";
import { limits } from "./limits.ts";
import { type Mount, mountArgs, outerFirst, readOnly, systemMounts, writable } from "./mounts.ts";
import { isInside } from "./refuse.ts";
import type { Runtime } from "./runtime.ts";
import type { BoxProfile } from "./types.ts";

/** Descriptors that `launch` hands to bubblewrap; it closes both before the command starts. */
export const seccompFd = 3;
export const statusFd = 4;

/** Where the box sees the daemon's directory of pipes, read-only. */
export const boxIo = "/.heddle";

const isolation = [
  "--unshare-user",
  "--unshare-pid",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-cgroup-try",
  "--unshare-net",
  "--disable-userns",
  "--die-with-parent",
  "--new-session",
  ...["--cap-drop", "ALL"],
  "--clearenv",
];

export interface BoxLayout {
  /** What lies over the system and HOME, in any order. */
  readonly mounts: readonly Mount[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** All options of bubblewrap; the command is to follow them. */
export function bwrapArgs(runtime: Runtime, layout: BoxLayout): string[] {
  const env = Object.entries({ ...baseEnv(runtime), ...layout.env });
  return [
    ...isolation,
    ...env.flatMap(([name, value]) => ["--setenv", name, value]),
    ...systemMounts(runtime.home, runtime.hostsFile).flatMap(mountArgs),
    ...outerFirst(layout.mounts).flatMap(mountArgs),
    ...["--remount-ro", "/dev"],
    ...["--remount-ro", "/"],
    ...["--seccomp", String(seccompFd)],
    ...["--json-status-fd", String(statusFd)],
    ...["--chdir", layout.cwd],
  ];
}

function baseEnv({ home, node }: Runtime): Record<string, string> {
  return {
    PATH: `${node.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: home,
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    TERM: "dumb",
    TMPDIR: "/tmp",
    GIT_OPTIONAL_LOCKS: "0",
  };
}

/** What the agent's box sees besides the system; `shared` is read-only for every box alike. */
export function agentMounts(
  runtime: Runtime,
  { access, checkout, outputs }: Pick<BoxProfile, "access" | "checkout" | "outputs">,
  { ioDir, shared }: { ioDir: string; shared: readonly Mount[] },
): Mount[] {
  const { worktree, gitDir, gitCommonDir } = checkout;
  return [
    ...runtime.node.roots.map((path) => readOnly(path)),
    access === "rw" ? writable(worktree) : readOnly(worktree),
    readOnly(gitCommonDir),
    ...(isInside(gitDir, gitCommonDir) ? [] : [readOnly(gitDir)]),
    readOnly(`${worktree}/.git`),
    ...(outputs === undefined ? [] : [readOnly(outputs)]),
    ...shared,
    readOnly(boxIo, ioDir),
  ];
}

/** SHA-256 of all that decides what a box can reach; the box's own directory counts as a constant. */
export function hashProfile(runtime: Runtime, argv: readonly string[], ioDir: string): string {
  const constant = argv.map((arg) => (arg === ioDir ? "io" : arg));
  const holds = runtime.scopes.type === "scopes" ? runtime.scopes.holds : [];
  return createHash("sha256")
    .update(JSON.stringify([constant, limits, runtime.memoryBytes, holds]))
    .update(runtime.seccomp)
    .digest("hex");
}
