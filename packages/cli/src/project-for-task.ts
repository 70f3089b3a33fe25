import type { Project } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { chooseProject, notAdded, projectAt, repositoryRoot } from "./project.ts";
import { askAccess } from "./project-access.ts";

/** The project for a new task. A repository that is no project yet can be added on the spot. */
export async function projectForTask(
  daemon: HeddleClient,
  given: string | undefined,
  { asks }: { asks: boolean },
): Promise<Project> {
  if (given !== undefined || !asks) return await chooseProject(daemon, given);
  const directory = process.cwd();
  const here = await projectAt(daemon, directory);
  if (here) return here;
  const path = repositoryRoot(directory);
  const access = path === undefined ? undefined : await askAccess(path);
  if (path === undefined || access === undefined) throw notAdded(directory);
  return await daemon.call("project/add", { path, access });
}
