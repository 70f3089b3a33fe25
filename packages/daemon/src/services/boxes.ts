import { dirname } from "node:path";
import type { Thread } from "@heddle/protocol";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Box, BoxProfile, Sandbox } from "../sandbox/types.ts";
import type { Projects } from "./projects.ts";

export interface BoxesOptions {
  readonly sandbox: Sandbox;
  readonly projects: Projects;
  /** The search program, which every box can run. */
  readonly searcher: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface BoxRequest {
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
  readonly lent: readonly string[];
  readonly access: BoxProfile["access"];
}

/** Opens boxes with exactly what the project's and the thread's grants allow. */
export class Boxes {
  readonly #options: BoxesOptions;

  constructor(options: BoxesOptions) {
    this.#options = options;
  }

  open({ thread, checkout, lent, access }: BoxRequest): Promise<Box> {
    const { sandbox, projects, searcher, env } = this.#options;
    const grants = projects
      .grants(thread.projectId)
      .filter(({ threadId }) => threadId === null || threadId === thread.id);
    const paths = grants
      .filter(({ kind }) => kind === "root" || kind === "toolchain")
      .map(({ value }) => value);
    const variables = grants
      .filter(({ kind, value }) => kind === "env" && env[value] !== undefined)
      .map(({ value }) => [value, env[value] ?? ""]);
    return sandbox.open({
      checkout,
      access,
      readable: [...lent, ...paths, dirname(searcher)],
      env: { ...Object.fromEntries(variables), PORT: String(thread.portBase) },
    });
  }
}
