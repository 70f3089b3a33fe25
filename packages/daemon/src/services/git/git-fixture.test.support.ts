import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import * as os from "../../os/repository-fixture.test.support.ts";
import { createSandbox } from "../../sandbox/sandbox.ts";
import type { RunBoxedGit } from "../../sandbox/types.ts";
import { createWorktree, type ThreadWorktree } from "./worktrees.ts";

export interface Fixture extends os.Fixture {
  thread(title?: string): Promise<ThreadWorktree>;
}

export interface GitGround {
  /** The real thing: every git of a test that touches a worktree runs in its box. */
  readonly box: RunBoxedGit;
  /** A user's repository, and threads in worktrees of it. */
  readonly makeRepository: (files?: Record<string, string>) => Promise<Fixture>;
}

/** What the tests of one file stand on; it goes after the last of them. */
export function gitGround(): GitGround {
  const stateDir = mkdtempSync(join(realpathSync(tmpdir()), "heddle-git-state-"));
  afterAll(() => rmSync(stateDir, { recursive: true }));
  const { git: box } = createSandbox({ allowRoot: true, stateDir });
  const makeRepository = async (files?: Record<string, string>) => {
    const fixture = await os.makeRepository(files);
    const thread = async (title = "a thread") =>
      await createWorktree(box, {
        gitCommonDir: fixture.checkout.gitCommonDir,
        root: join(fixture.folder, "worktrees"),
        title,
        commit: fixture.git("rev-parse", "HEAD"),
      });
    return Object.assign(fixture, { thread });
  };
  return { box, makeRepository };
}
