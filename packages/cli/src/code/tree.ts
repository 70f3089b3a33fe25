import { resolve } from "node:path";
import type { Project } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";

import { usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { chooseProject, projectAt, repositoryRoot } from "../project.ts";
import { grouped, shellWord } from "../terminal/format.ts";
import { paintWords } from "../terminal/output.ts";

export interface TreeOptions {
  readonly project?: string;
  readonly thread?: string;
  readonly json?: boolean;
}

/** Which tree the daemon is asked about, as the code methods take it. */
export type Tree =
  | { projectId: Project["id"] }
  | { threadId: Awaited<ReturnType<typeof findThread>> };

/** The options by which every command on code names its tree. */
export function withTree(command: Command): Command {
  return command
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("-t, --thread <thread>", "the worktree of this thread instead")
    .option("--json", "print the answer as JSON");
}

/** The tree that the options name; else the project of the current directory. */
export async function findTree(
  daemon: HeddleClient,
  { project, thread }: TreeOptions,
): Promise<Tree> {
  if (project !== undefined && thread !== undefined) {
    throw usageError("--project and --thread exclude each other");
  }
  return thread === undefined
    ? { projectId: (await chooseProject(daemon, project)).id }
    : { threadId: await findThread(daemon, thread) };
}

/** The project that holds a path; where none was added, the error says how to let Heddle read it. */
export async function findPath(daemon: HeddleClient, path: string): Promise<Tree> {
  const project = await projectAt(daemon, path);
  if (project === undefined) throw notReadable(path);
  return { projectId: project.id };
}

function notReadable(path: string): Error {
  const root = repositoryRoot(path);
  if (root === undefined) {
    return usageError(
      `${path} is not in a git repository`,
      "run `git init` there and commit once, then add it with `heddle project add`",
    );
  }
  return usageError(
    `Heddle reads nothing before you allow it, and ${root} is no project yet`,
    `let it be read with: heddle project add ${shellWord(root)} --grant ro`,
  );
}

/** A file as the user names it: from where the user is, unless another tree was named. */
export function fileIn({ project, thread }: TreeOptions, given: string): string {
  return project === undefined && thread === undefined ? resolve(given) : given;
}

const waitMs = 1000;

/** Waits for an answer about a tree; a terminal is told meanwhile how far the daemon has read it. */
export async function whileRead<T>(
  daemon: HeddleClient,
  tree: Tree,
  answer: Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return await answer;
  // Both wait for one look at the tree.
  const reading = tellProgress(daemon, tree);
  const [answered] = await Promise.all([answer, reading]);
  return answered;
}

async function tellProgress(daemon: HeddleClient, tree: Tree): Promise<void> {
  let told = false;
  for (;;) {
    const { ready, read, files } = await daemon.call("code/index", { ...tree, waitMs });
    if (ready) break;
    told = true;
    const text = `reading: ${grouped(read)} of ${grouped(files)} files`;
    process.stderr.write(`\r${paintWords()("dim", text)}\u001b[K`);
  }
  if (told) process.stderr.write("\r\u001b[K");
}
