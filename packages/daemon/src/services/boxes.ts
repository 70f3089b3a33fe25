import { dirname } from "node:path";
import type { Thread } from "@heddle/protocol";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Box, BoxProfile, Sandbox } from "../sandbox/types.ts";
import type { GrantHolder, Grants } from "./grants.ts";
import type { Networks } from "./networks.ts";
import type { Spools } from "./spools.ts";

export interface BoxesOptions {
  readonly sandbox: Sandbox;
  readonly grants: Grants;
  readonly networks: Networks;
  /** The search program, which every box can run. */
  readonly searcher: string;
  readonly spools: Spools;
  /** Folders of further programs that every box can run. */
  readonly tools?: readonly string[];
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

  async open({ thread, checkout, lent, access }: BoxRequest): Promise<Box> {
    const { sandbox, grants, networks, searcher, tools = [] } = this.#options;
    const network = networks.of(thread);
    return sandbox.open({
      checkout,
      access,
      readable: [...lent, ...grants.paths(thread), dirname(searcher), ...tools],
      outputs: this.#options.spools.folder(thread.id),
      env: { ...grants.variables(thread), PORT: String(thread.portBase) },
      ...(network ? { network } : {}),
    });
  }

  /** A box around a project's own checkout, in which nothing can be written. */
  async openToRead(holder: GrantHolder, checkout: RepositoryPaths): Promise<Box> {
    const { sandbox, grants, networks } = this.#options;
    const network = networks.of(holder);
    return sandbox.open({
      checkout,
      access: "ro",
      readable: grants.paths(holder),
      env: grants.variables(holder),
      ...(network ? { network } : {}),
    });
  }
}
