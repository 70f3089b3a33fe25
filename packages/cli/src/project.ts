import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DaemonError, type Project } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { usageError } from "./exit.ts";
import { findProject } from "./lookup.ts";
import { isFullId } from "./names.ts";
import { shellWord } from "./terminal/format.ts";

/** The project that a directory lies in, or nothing where none was added. */
export async function projectAt(daemon: HeddleClient, path: string): Promise<Project | undefined> {
  try {
    return (await daemon.call("project/read", { path })).project;
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    if (error.kind !== "notFound" && error.kind !== "notARepository") throw error;
    return undefined;
  }
}

/** The project that the user named, or else the one that the current directory lies in. */
export async function chooseProject(
  daemon: HeddleClient,
  given: string | undefined,
): Promise<Project> {
  if (given !== undefined) return await namedProject(daemon, given);
  const here = await projectAt(daemon, process.cwd());
  if (here) return here;
  throw notAdded(process.cwd());
}

async function namedProject(daemon: HeddleClient, given: string): Promise<Project> {
  if (isFullId(given)) {
    const projectId = given as Project["id"];
    return (await daemon.call("project/read", { projectId })).project;
  }
  const byPath = isPath(given) ? await projectAt(daemon, resolve(given)) : undefined;
  return byPath ?? (await findProject(daemon, given));
}

function isPath(given: string): boolean {
  return given.includes("/") || given === "." || given === "..";
}

/** The error for a directory without a project, with the command that adds it. */
export function notAdded(directory: string): Error {
  const root = repositoryRoot(directory);
  if (root === undefined) {
    return usageError(
      `${directory} is not in a git repository`,
      "change into one, or name a project with --project",
    );
  }
  return usageError(
    `${root} has not been added to heddle`,
    `add it with: heddle project add ${shellWord(root)} --grant rw`,
  );
}

/** The repository around a directory, found without starting git. */
export function repositoryRoot(directory: string): string | undefined {
  if (existsSync(join(directory, ".git"))) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : repositoryRoot(parent);
}
