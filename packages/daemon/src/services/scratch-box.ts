import type { Project, Thread } from "@heddle/protocol";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Box, Sandbox } from "../sandbox/types.ts";
import type { Boxes } from "./boxes.ts";
import { lend } from "./git/lending.ts";
import type { Projects } from "./projects.ts";

export interface ScratchServices {
  readonly projects: Projects;
  readonly sandbox: Sandbox;
  readonly boxes: Boxes;
}

/** A box around a scratch worktree, which has what a thread's has: lent folders and copied files. */
export async function openScratchBox(
  { projects, sandbox, boxes }: ScratchServices,
  { thread, project, scratch }: { thread: Thread; project: Project; scratch: RepositoryPaths },
): Promise<Box> {
  const from = await projects.checkout(project);
  const folders = project.settings.lend ?? [];
  const files = project.settings.copy ?? [];
  const { lent } = await lend(sandbox.git, { from, to: scratch, folders, files });
  return await boxes.open({ thread, checkout: scratch, lent, access: "rw" });
}
