import type { AffectedTests } from "../insight/test-files.ts";

/** What the index answers about the worktree; text with path:line. */
export interface CodeKnowledge {
  readonly map: (budget: number, focus: readonly string[]) => Promise<string>;
  readonly symbol: (name: string) => Promise<string>;
  readonly refs: (name: string) => Promise<string>;
  readonly importers: (path: string) => Promise<string>;
  readonly imports: (path: string) => Promise<string>;
  readonly cycles: () => Promise<string>;
  /** The test files that a change of these paths could break, of how many. */
  readonly affectedTests: (
    paths: readonly string[],
  ) => Promise<AffectedTests & { readonly of: number }>;
}
