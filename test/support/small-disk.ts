import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { TestDaemon } from "./test-daemon.ts";

/** In its own mounts an ordinary user is root, too. */
export const mountedEnv = { HEDDLE_ALLOW_ROOT: "1" };

/** Wraps a daemon so that its state lies on a file system of its own, of so many MiB. */
export function onSmallDisk(mebibytes: number): readonly string[] {
  return mounting(`mount -t tmpfs -o size=${mebibytes}m,mode=0700 tmpfs "$HEDDLE_HOME/state"`);
}

/** Wraps a daemon so that its state is mounted read-only. */
export const onReadOnlyDisk = mounting(
  'mount --bind "$HEDDLE_HOME/state" "$HEDDLE_HOME/state"',
  'mount -o remount,bind,ro "$HEDDLE_HOME/state"',
);

/** Wraps a daemon so that mounts of its own can be changed while it runs. */
export const withOwnMounts = mounting();

function mounting(...mounts: readonly string[]): readonly string[] {
  const script = ['mkdir -p "$HEDDLE_HOME/state"', ...mounts, 'exec "$@"'].join(" && ");
  return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"];
}

/** Makes the state of a running daemon read-only, but for the files that it has open. */
export function mountReadOnly(daemon: TestDaemon): Disposable {
  const { state } = daemon.paths;
  inMountsOf(daemon, `mount --bind '${state}' '${state}' && mount -o remount,bind,ro '${state}'`);
  return { [Symbol.dispose]: () => inMountsOf(daemon, `umount '${state}'`) };
}

function inMountsOf({ pid }: TestDaemon, script: string): void {
  const entry = ["--preserve-credentials", "--user", "--mount", "--target", String(pid)];
  execFileSync("nsenter", [...entry, "sh", "-c", script]);
}

/** The disk of a daemon that was started on a small one, as it sees it. */
export class SmallDisk {
  readonly #root: string;
  readonly #ballast: string;

  constructor({ pid, paths }: TestDaemon) {
    this.#root = `/proc/${pid}/root`;
    this.#ballast = this.at(join(paths.state, "ballast"));
  }

  /** The path by which a file on that disk is reached from outside the daemon's own mounts. */
  at(path: string): string {
    return join(this.#root, path);
  }

  /** Leaves not a byte. */
  fill(): void {
    const file = openSync(this.#ballast, "a");
    try {
      for (let size = 1024 ** 2; size >= 1; size = Math.floor(size / 2)) fillBy(file, size);
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#ballast);
  }
}

function fillBy(file: number, size: number): void {
  const chunk = Buffer.alloc(size);
  for (;;) {
    try {
      writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
}
