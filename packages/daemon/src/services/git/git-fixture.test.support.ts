import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import * as os from "../../os/repository-fixture.test.support.ts";
import { createSandbox } from "../../sandbox/sandbox.ts";
import type { RunBoxedGit, Sandbox } from "../../sandbox/types.ts";
import { createWorktree, type ThreadWorktree } from "./worktrees.ts";

export interface Fixture extends os.Fixture {
  thread(title?: string): Promise<ThreadWorktree>;
}

/** A user's repository, and threads in worktrees of it. */
export async function makeRepository(files?: Record<string, string>): Promise<Fixture> {
  const fixture = await os.makeRepository(files);
  const thread = async (title = "a thread") =>
    await createWorktree(box, {
      gitCommonDir: fixture.checkout.gitCommonDir,
      root: join(fixture.folder, "worktrees"),
      title,
      commit: fixture.git("rev-parse", "HEAD"),
    });
  return Object.assign(fixture, { thread });
}

/** The real thing: every git of these tests that touches a worktree runs in its box. */
export const box: RunBoxedGit = (request) => sandbox().git(request);

const stateDir = mkdtempSync(join(realpathSync(tmpdir()), "heddle-git-state-"));
let made: Sandbox | undefined;

function sandbox(): Sandbox {
  made ??= createSandbox({ allowRoot: true, stateDir });
  return made;
}

afterAll(() => rmSync(stateDir, { recursive: true }));
