import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { TestDaemon } from "./test-daemon.ts";

/** Wraps a daemon so that its state lies on a file system of its own, of so many MiB. */
export function onSmallDisk(mebibytes: number): readonly string[] {
  const mount = `mount -t tmpfs -o size=${mebibytes}m,mode=0700 tmpfs "$HEDDLE_HOME/state"`;
  const script = `mkdir -p "$HEDDLE_HOME/state" && ${mount} && exec "$@"`;
  return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"];
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
