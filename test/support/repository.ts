import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A user's repository, on the branch main, with everything committed. */
export interface Repository extends Disposable {
  readonly path: string;
  /** Runs git in the checkout and returns what it prints. */
  git(...args: string[]): string;
  /** Writes files without committing them. */
  write(files: Readonly<Record<string, string>>): void;
  commit(message: string, files?: Readonly<Record<string, string>>): string;
  /** A file as the checkout has it. */
  read(path: string): string;
  /** A file as a commit has it. */
  show(path: string, commit?: string): string;
}

const env = {
  PATH: process.env.PATH ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  LC_ALL: "C",
};

/** Runs git anywhere, without the user's own settings. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: "pipe" }).trimEnd();
}

/** A directory of its own below the system's temporary one, under its real path. */
export function temporaryDirectory(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `heddle-${name}-`)));
}

export function makeRepository(
  files: Readonly<Record<string, string>> = { "a.txt": "one\n" },
): Repository {
  const path = temporaryDirectory("repository");
  const run = (...args: string[]) => git(path, ...args);
  const write = (contents: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    }
  };
  const commit = (message: string, contents: Readonly<Record<string, string>> = {}) => {
    write(contents);
    run("add", "-A");
    run("commit", "-q", "--allow-empty", "-m", message);
    return run("rev-parse", "HEAD");
  };
  run("init", "-q", "-b", "main");
  run("config", "user.name", "Ada");
  run("config", "user.email", "ada@example.org");
  commit("start", files);
  return {
    path,
    git: run,
    write,
    commit,
    read: (name) => readFileSync(join(path, name), "utf8"),
    show: (name, at = "main") => run("show", `${at}:${name}`),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
