import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const node = [
  "package-lock.json",
  "npm-shrinkwrap.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
];
const python = ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements.txt"];
const others = ["composer.lock", "Gemfile.lock", "Cargo.lock", "go.sum", "mix.lock"];

/** The lock file, relative to the roots, by which two worktrees need other dependencies. */
export async function changedLockFile(loan: {
  from: string;
  to: string;
  path: string;
}): Promise<string | undefined> {
  const names = lockFilesOf(loan.path);
  for (let folder = dirname(loan.path); ; folder = dirname(folder)) {
    for (const name of names) {
      const path = join(folder, name);
      const [theirs, ours] = await Promise.all(
        [loan.from, loan.to].map((root) => read(root, path)),
      );
      if (theirs !== ours) return path;
    }
    if (folder === ".") return undefined;
  }
}

function lockFilesOf(path: string): readonly string[] {
  const name = basename(path);
  if (name === "node_modules") return node;
  return name === ".venv" || name === "venv" ? python : [...node, ...python, ...others];
}

async function read(root: string, path: string): Promise<string | undefined> {
  return await readFile(join(root, path), "base64").catch(() => undefined);
}
