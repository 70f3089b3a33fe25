import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { commandParts } from "./facts.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "heddle-outside-")));
afterAll(() => rmSync(root, { recursive: true }));
const worktree = join(root, "tree");
mkdirSync(join(worktree, "a/b"), { recursive: true });
symlinkSync("/etc", join(worktree, "away"));
symlinkSync("b", join(worktree, "a/near"));

async function outside(cmd: string, cwd = worktree): Promise<(boolean | undefined)[]> {
  const parts = commandParts({ cmd, cwd, worktree, checks: [] });
  return parts.map((part) => (part.type === "command" ? part.outside : undefined));
}

test("what a link leads to is outside if the link leads there, however it is reached", async () => {
  expect(await outside("cat away/passwd")).toEqual([true]);
  expect(await outside("ls away")).toEqual([true]);
  expect(await outside("cat < away/new")).toContain(true);
  expect(await outside("cat a/near/x")).toEqual([false]);
});

test("in a folder that is a link, every command is outside", async () => {
  expect(await outside("ls", join(worktree, "away"))).toEqual([true]);
  expect(await outside("ls", join(worktree, "a/near"))).toEqual([false]);
});

test("a path that goes up is held against every folder in which the command may run", async () => {
  expect(await outside("cat ../x", join(worktree, "a"))).toEqual([false]);
  expect(await outside("cat ../../x", join(worktree, "a"))).toEqual([true]);
  expect(await outside("cd a/b && cat ../x")).toEqual([false, undefined]);
  expect(await outside("cd a && cat ../../x")).toEqual([false, true]);
  const loop = `for i in 1 2; do cat ../x; cd ${worktree}; done`;
  expect(await outside(loop, join(worktree, "a"))).toContain(undefined);
  expect(await outside("cd .. && cat ../x", join(worktree, "a"))).toEqual([undefined, undefined]);
});

test("what is searched, said or replaced is no file", async () => {
  for (const cmd of [
    "grep -rn /api src",
    "sed 's|/usr|/opt|' f",
    "echo /etc",
    "git commit -m /x",
    "cut -d/ -f1 f",
  ]) {
    expect(await outside(cmd)).toEqual([false]);
  }
});
