import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findCheckout, type RepositoryPaths } from "./git-repository.ts";

const isolated = {
  PATH: process.env.PATH ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  LC_ALL: "C",
};

/** A folder with a repository in it, as a user has one; removed with all worktrees on disposal. */
export interface Fixture extends Disposable {
  readonly folder: string;
  readonly path: string;
  readonly checkout: RepositoryPaths;
  git(...args: string[]): string;
  gitIn(folder: string, ...args: string[]): string;
  write(files: Record<string, string | Buffer>, folder?: string): void;
  commit(message: string, files?: Record<string, string | Buffer>): string;
}

export async function makeRepository(
  files: Record<string, string> = { "a.txt": "a\n" },
): Promise<Fixture> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "heddle-git-")));
  const path = join(folder, "repository");
  const gitIn = (cwd: string, ...args: string[]) =>
    execFileSync("git", args, { cwd, env: isolated, encoding: "utf8", stdio: "pipe" }).trimEnd();
  const git = (...args: string[]) => gitIn(path, ...args);
  const write = (contents: Record<string, string | Buffer>, at = path) => {
    for (const [name, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), content);
    }
  };
  const commit = (message: string, contents: Record<string, string | Buffer> = {}) => {
    write(contents);
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    return git("rev-parse", "HEAD");
  };
  mkdirSync(path);
  git("init", "-q", "-b", "main");
  git("config", "user.name", "Ada");
  git("config", "user.email", "ada@example.org");
  commit("first", files);
  const checkout = await findCheckout(path);
  const remove = () => rmSync(folder, { recursive: true });
  return { folder, path, checkout, git, gitIn, write, commit, [Symbol.dispose]: remove };
}
