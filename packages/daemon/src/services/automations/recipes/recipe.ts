import type { Facts, Project, Run, Trigger } from "@heddle/protocol";
import type { CodeKnowledge } from "../../../agent/code-knowledge.ts";
import type { TreeFiles } from "../../../os/tree-files.ts";
import type { RunOutcome } from "../run-work.ts";

export interface CommandResult {
  /** Null where it did not come to its own end. */
  readonly exitCode: number | null;
  /** What the command wrote, errors too; of very much the last 16 MiB. */
  readonly output: string;
}

/** What a recipe works with: a worktree of its own and a box, with what the project grants. */
export interface RecipeGround {
  readonly project: Project;
  readonly run: Run;
  /** The last run of the same automation that could look. */
  readonly previous: Run | undefined;
  readonly files: TreeFiles;
  readonly now: number;
  readonly signal: AbortSignal;
  command(cmd: string): Promise<CommandResult>;
  /** Runs git on refs and objects; undefined where it failed. */
  git(...args: string[]): Promise<string | undefined>;
  facts(): Promise<Facts>;
  readonly code: Pick<CodeKnowledge, "affectedTests">;
}

/** A deterministic job: it needs no model. */
export interface Recipe {
  readonly name: string;
  readonly summary: string;
  /** How often it is worth it. */
  readonly trigger: Trigger;
  run(ground: RecipeGround): Promise<RunOutcome>;
}

/** A file of the worktree as text; undefined where there is none. */
export async function readText(files: TreeFiles, path: string): Promise<string | undefined> {
  const stat = await files.stat(path);
  if (stat?.kind !== "file") return undefined;
  const { bytes } = await files.read(path, { maxBytes: 16 * 1024 * 1024 });
  return bytes.toString("utf8");
}

/** The first of some paths that is a file of the worktree. */
export async function firstFile(
  files: TreeFiles,
  paths: readonly string[],
): Promise<string | undefined> {
  for (const path of paths) if ((await files.stat(path))?.kind === "file") return path;
  return undefined;
}
