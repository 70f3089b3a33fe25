import { type Facts, type Project, type Run, RunTrigger, type Thread } from "@heddle/protocol";
import { tryGit } from "../../os/git.ts";
import type { RepositoryPaths } from "../../os/git-repository.ts";
import type { TreeFiles } from "../../os/tree-files.ts";
import type { Box } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import { runScript } from "../box-script.ts";
import type { RecipeGround } from "./recipes/recipe.ts";

const limits = { tailBytes: 16 * 1024 * 1024, timeoutMs: 60 * 60_000 };

const looking = RunTrigger.exclude(["fix"]).options;

export interface GroundParts {
  readonly store: Store;
  readonly project: Project;
  readonly run: Run;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
  readonly box: Box;
  readonly files: TreeFiles;
  readonly facts: () => Promise<Facts>;
  readonly code: RecipeGround["code"];
  readonly now: number;
  readonly signal: AbortSignal;
}

export function groundOf(parts: GroundParts): RecipeGround {
  const { store, project, run, checkout, box, files, facts, code, now, signal } = parts;
  const looked = store.runs
    .page(
      { automation_id: run.automationId, state: ["clean", "findings"], trigger: looking },
      { limit: 1 },
      "newest",
    )
    .data.at(0);
  return {
    project,
    run,
    previous: looked,
    files,
    now,
    signal,
    facts,
    code,
    command: (command) => runScript(box, { command, cwd: checkout.worktree, ...limits, signal }),
    git: async (...args) => {
      const { exitCode, stdout } = await tryGit({ gitDir: checkout.gitDir, args, signal });
      return exitCode === 0 ? stdout.toString("utf8") : undefined;
    },
  };
}
