import type { BoxedGit, Checkout } from "./types.ts";

const always = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "safe.bareRepository=explicit",
  "protocol.allow=never",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
].flatMap((setting) => ["-c", setting]);

/**
 * With what a command in a box finds git: without settings of the home, which the agent can write,
 * and without repositories that it makes of ordinary files. A check that needs either sets it
 * itself.
 */
export const gitOfCommands: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.bareRepository",
  GIT_CONFIG_VALUE_0: "explicit",
};

/** Subcommands that could run a diff driver or look into submodules. */
const diffs = new Set(["diff", "diff-files", "diff-index", "diff-tree", "log", "show"]);

/** Arguments and environment with which git runs nothing that a repository asks for. */
export function gitInvocation({ checkout, args, env = {} }: BoxedGit): {
  args: string[];
  env: Record<string, string>;
} {
  return { args: [...always, ...safeArgs(args)], env: { ...gitEnv(checkout), ...env } };
}

/** What runs in the box: git, or a shell around it where something comes before or after it. */
export function gitCommand(request: BoxedGit, before = ""): string[] {
  const git = ["/usr/bin/git", ...gitInvocation(request).args];
  if (before === "" && !request.writeTree) return git;
  const script = request.writeTree ? andWriteTree : 'exec "$@"';
  return ["/bin/bash", "-c", `${before}\n${script}`, "git", ...git];
}

// Git adds what it can and ends with 1 where it could not add all.
const andWriteTree = `"$@"
code=$?
(( code > 1 )) || /usr/bin/git ${always.join(" ")} write-tree
exit "$code"`;

/** The directories are named, so that a repointed `.git` or `commondir` changes nothing. */
function gitEnv({ worktree, gitDir, gitCommonDir }: Checkout): Record<string, string> {
  return {
    GIT_DIR: gitDir,
    GIT_COMMON_DIR: gitCommonDir,
    GIT_WORK_TREE: worktree,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
  };
}

function safeArgs([subcommand = "", ...rest]: readonly string[]): string[] {
  if (subcommand === "status") return [subcommand, "--ignore-submodules=all", ...rest];
  if (!diffs.has(subcommand)) return [subcommand, ...rest];
  return [subcommand, "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", ...rest];
}
