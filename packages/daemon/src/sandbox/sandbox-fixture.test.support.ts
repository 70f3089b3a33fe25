import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox, type SandboxOptions } from "./sandbox.ts";
import type { Box, BoxCommand, BoxExit, Checkout, Sandbox } from "./types.ts";

/** A home with a secret, a state directory with two worktrees, and a sandbox over them. */
export interface SandboxFixture extends Disposable {
  readonly root: string;
  readonly home: string;
  readonly stateDir: string;
  readonly repository: string;
  readonly checkout: Checkout;
  readonly other: Checkout;
  readonly main: Checkout;
  readonly sandbox: Sandbox;
  create(options?: Partial<SandboxOptions>): Sandbox;
  open(options?: { access?: "ro" | "rw"; readable?: string[] }): Promise<Box>;
  git(folder: string, ...args: string[]): string;
}

export function makeSandboxFixture(): SandboxFixture {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "heddle-sandbox-")));
  const [home, stateDir] = [join(root, "home"), join(root, "state")];
  const repository = join(home, "project");
  for (const path of [join(home, ".ssh"), join(stateDir, "worktrees"), repository]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  writeFileSync(join(home, ".ssh/id_ed25519"), "a private key");
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", args, {
      cwd,
      encoding: "utf8",
      env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    });
  git(repository, "init", "-q", "-b", "main");
  git(repository, "config", "user.name", "Ada");
  git(repository, "config", "user.email", "ada@example.org");
  writeFileSync(join(repository, "a.txt"), "one\n");
  git(repository, "add", ".");
  git(repository, "commit", "-q", "-m", "first");
  const gitCommonDir = join(repository, ".git");
  const worktree = (name: string): Checkout => {
    const path = join(stateDir, "worktrees", name);
    git(repository, "worktree", "add", "-q", "-b", name, path);
    return { worktree: path, gitDir: join(gitCommonDir, "worktrees", name), gitCommonDir };
  };
  const create = (options: Partial<SandboxOptions> = {}) =>
    createSandbox({ allowRoot: true, stateDir, home, ...options });
  const sandbox = create();
  const checkout = worktree("mine");
  return {
    root,
    home,
    stateDir,
    repository,
    checkout,
    other: worktree("other"),
    main: { worktree: repository, gitDir: gitCommonDir, gitCommonDir },
    sandbox,
    create,
    open: ({ access = "rw", readable = [] } = {}) =>
      sandbox.open({ checkout, access, readable, env: {} }),
    git,
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

export interface Finished extends BoxExit {
  readonly output: string;
}

/** Runs one command to its end. */
export async function finish(
  box: Box,
  cwd: string,
  cmd: string,
  options: Partial<BoxCommand> = {},
): Promise<Finished> {
  const child = await box.run({ cmd, cwd, tty: false, timeoutMs: 15_000, ...options });
  const chunks: Buffer[] = [];
  child.onOutput((chunk) => chunks.push(chunk));
  const exit = await child.exited;
  return { ...exit, output: Buffer.concat(chunks).toString() };
}
