import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";

const filesAtMost = 20_000;
const freshMs = 5000;
const skipped = new Set([".git", "node_modules"]);

/** The names of a worktree's files, for completion. Links are named and never followed. */
export class WorktreeFiles {
  readonly #root: string | null;
  #listed: Promise<string[]> | undefined;
  #listedAt = 0;
  #known = new Set<string>();

  constructor(root: string | null) {
    this.#root = root;
  }

  has(path: string): boolean {
    return this.#known.has(path);
  }

  async list(): Promise<string[]> {
    if (this.#root === null) return [];
    if (!this.#listed || performance.now() - this.#listedAt > freshMs) {
      this.#listedAt = performance.now();
      this.#listed = namesBelow(this.#root);
      this.#known = new Set(await this.#listed);
    }
    return await this.#listed;
  }
}

async function namesBelow(root: string): Promise<string[]> {
  const names: string[] = [];
  const waiting = [root];
  for (const folder of waiting) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (skipped.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else names.push(relative(root, path));
      if (names.length >= filesAtMost) return names;
    }
  }
  return names;
}
