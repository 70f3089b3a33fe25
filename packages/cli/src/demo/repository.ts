import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ThreadId } from "@heddle/protocol";

const run = promisify(execFile);

/** The user's own settings, a template or a hook must not change what the demo shows. */
function environment(): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("GIT_") && name !== "NODE_OPTIONS" && name !== "NODE_TEST_CONTEXT",
  );
  const path = [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter);
  return {
    ...Object.fromEntries(env),
    PATH: path,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  };
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", args, { cwd, env: environment() });
  return stdout.trimEnd();
}

const settings = {
  "user.name": "Demo",
  "user.email": "demo@localhost",
  "commit.gpgSign": "false",
};

/** Makes a git repository of `files` with one commit. */
export async function makeRepository(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await git(directory, "init", "--quiet", "--initial-branch=main", "--template=");
  for (const [name, value] of Object.entries(settings)) await git(directory, "config", name, value);
  await git(directory, "add", "--all");
  await git(directory, "commit", "--quiet", "--message", "A URL shortener with a small JSON API");
}

export interface CheckoutState {
  readonly head: string;
  readonly branch: string;
  /** Empty where no file differs from the commit, and none is new or ignored. */
  readonly status: string;
}

/** What a user sees who looks at the checkout. */
export async function checkoutState(directory: string): Promise<CheckoutState> {
  const status = ["status", "--porcelain", "--ignored", "--untracked-files=all"];
  return {
    head: await git(directory, "rev-parse", "HEAD"),
    branch: await git(directory, "symbolic-ref", "--short", "HEAD"),
    status: await git(directory, "--no-optional-locks", ...status),
  };
}

/** The threads whose commits came onto the branch after `base`, oldest first. */
export async function landedThreads(directory: string, base: string): Promise<ThreadId[]> {
  const format = "--format=%(trailers:key=Heddle-Thread,valueonly,separator=%x2c)";
  const log = await git(directory, "log", "--reverse", format, `${base}..HEAD`);
  return log.split("\n").filter((line) => line !== "") as ThreadId[];
}

/** Runs the project's check as the user would, outside of any box. */
export async function passes(directory: string, check: string): Promise<boolean> {
  return await run("sh", ["-c", check], { cwd: directory, env: environment() }).then(
    () => true,
    () => false,
  );
}
