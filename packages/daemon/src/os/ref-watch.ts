import { type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";

export interface RefWatchOptions {
  readonly gitCommonDir: string;
  readonly changed: () => void;
  /** How often it is looked anyway: some file systems tell nothing. */
  readonly everyMs?: number;
}

const quietMs = 50;
const latestMs = 500;

/**
 * Tells when branches may have changed, soon after they did. It tells nothing of what: whoever hears
 * it compares, so that an event that is lost, doubled or wrong does no harm.
 */
export class RefWatch implements Disposable {
  readonly #options: RefWatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #firstAt: number | undefined;

  constructor(options: RefWatchOptions) {
    this.#options = options;
    this.#poll = setInterval(() => this.#tell(), options.everyMs ?? 5000).unref();
    this.#watchAll();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#poll);
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Folders come and go with branches and worktrees. */
  #watchAll(): void {
    const { gitCommonDir } = this.#options;
    const heads = join(gitCommonDir, "refs", "heads");
    const worktrees = join(gitCommonDir, "worktrees");
    const wanted = new Set([
      gitCommonDir,
      join(gitCommonDir, "logs"),
      join(gitCommonDir, "reftable"),
      ...foldersIn(heads, Infinity),
      ...foldersIn(worktrees, 1),
    ]);
    for (const folder of wanted) this.#watch(folder);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#heard());
      watcher.on("error", () => this.#lose(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // What is not there, or cannot be watched, is looked at in its turn.
    }
  }

  #lose(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.#heard();
  }

  /** Waits until it is quiet, but not for long. */
  #heard(): void {
    const now = performance.now();
    this.#firstAt ??= now;
    const leftMs = this.#firstAt + latestMs - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, Math.min(quietMs, leftMs))).unref();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#firstAt = undefined;
    this.#watchAll();
    this.#options.changed();
  }
}

/** The folder with the folders in it; nothing where there is none. */
function foldersIn(folder: string, depth: number): string[] {
  try {
    const inside = depth === 0 ? [] : readdirSync(folder, { withFileTypes: true });
    const folders = inside.filter((entry) => entry.isDirectory());
    return [folder, ...folders.flatMap(({ name }) => foldersIn(join(folder, name), depth - 1))];
  } catch {
    return [];
  }
}
