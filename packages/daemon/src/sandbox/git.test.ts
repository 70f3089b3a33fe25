import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeSandboxFixture } from "./sandbox-fixture.test.support.ts";
import type { BoxedGit, GitResult } from "./types.ts";

const fixture = makeSandboxFixture();
const { checkout, main, repository } = fixture;
const { worktree, gitDir, gitCommonDir } = checkout;
afterAll(() => fixture[Symbol.dispose]());

const identity = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

function git(
  access: BoxedGit["access"],
  args: string[],
  options: Partial<BoxedGit> = {},
): Promise<GitResult> {
  return fixture.sandbox.git({ access, checkout, args, env: identity, ...options });
}

test("status, diff and commit work in a worktree whose repository is hostile, and nothing runs", async () => {
  const ran = join(repository, "..", "ran");
  const trap = join(repository, "..", "trap");
  writeFileSync(trap, `#!/bin/sh\ntouch ${ran} ${worktree}/ran\ncat\n`);
  chmodSync(trap, 0o755);
  const settings = {
    "core.fsmonitor": trap,
    "core.hooksPath": join(gitCommonDir, "hooks"),
    "core.pager": trap,
    "core.editor": trap,
    "filter.evil.clean": trap,
    "filter.evil.smudge": trap,
    "filter.evil.required": "true",
    "diff.evil.command": trap,
    "diff.evil.textconv": trap,
    "diff.external": trap,
    "merge.evil.driver": trap,
    "gpg.program": trap,
    "commit.gpgSign": "true",
    "alias.status": `!${trap}`,
    "include.path": trap,
  };
  const config = readFileSync(join(gitCommonDir, "config"));
  for (const [key, value] of Object.entries(settings))
    fixture.git(repository, "config", key, value);
  mkdirSync(join(gitCommonDir, "hooks"), { recursive: true });
  for (const hook of ["pre-commit", "post-commit", "post-index-change", "commit-msg"]) {
    writeFileSync(join(gitCommonDir, "hooks", hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  }
  writeFileSync(join(worktree, ".gitattributes"), "* filter=evil diff=evil merge=evil\n");
  writeFileSync(join(worktree, "a.txt"), "two\n");

  expect((await git("read", ["status", "--porcelain"])).stdout.toString()).toBe(
    " M a.txt\n?? .gitattributes\n",
  );
  expect((await git("read", ["diff"])).stdout.toString()).toContain("-one\n+two\n");
  expect(await git("write", ["add", "--all"])).toMatchObject({ exitCode: 0 });
  expect(await git("write", ["commit", "-q", "-m", "second"])).toMatchObject({ exitCode: 0 });
  expect((await git("read", ["show", "HEAD:a.txt"])).stdout.toString()).toBe("two\n");
  expect((await git("read", ["log", "--format=%an %s"])).stdout.toString()).toBe(
    "Ada second\nAda first\n",
  );
  expect([existsSync(ran), existsSync(join(worktree, "ran"))]).toEqual([false, false]);
  writeFileSync(join(gitCommonDir, "config"), config);
});

test("git works in a main checkout, too", async () => {
  writeFileSync(join(repository, "b.txt"), "b\n");
  await git("write", ["add", "b.txt"], { checkout: main });
  const commit = await git("write", ["commit", "-q", "-m", "main"], { checkout: main });
  expect(commit).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await git("read", ["status", "--porcelain"], { checkout: main })).stdout).toHaveLength(0);
});

test("output and input are bytes", async () => {
  const content = Buffer.from([0, 255, 254, 10, 128, 13, 10]);
  const added = await git("write", ["hash-object", "-w", "--stdin"], { input: content });
  const id = added.stdout.toString().trim();
  expect((await git("read", ["cat-file", "blob", id])).stdout).toEqual(content);
});

test("one box adds and writes the tree, but not after a failure", async () => {
  writeFileSync(join(worktree, "tree.txt"), "tree\n");
  const added = await git("write", ["add", "tree.txt"], { writeTree: true });
  const tree = (await git("write", ["write-tree"])).stdout.toString();
  expect(added).toMatchObject({ exitCode: 0, stderr: "" });
  expect(added.stdout.toString()).toBe(tree);
  expect(tree).toMatch(/^[0-9a-f]{40}\n$/);
  const failed = await git("write", ["add", "missing.txt"], { writeTree: true });
  expect(failed.exitCode).toBe(128);
  expect(failed.stdout).toHaveLength(0);
});

test("git-read writes nothing, and git-write neither configuration nor hooks", async () => {
  const config = readFileSync(join(gitCommonDir, "config"), "utf8");
  writeFileSync(join(worktree, "new.txt"), "new\n");
  expect((await git("read", ["add", "new.txt"])).exitCode).not.toBe(0);
  expect((await git("write", ["config", "core.editor", "evil"])).exitCode).not.toBe(0);
  const link = join(gitDir, "commondir");
  const bundle = (target: string) => git("write", ["bundle", "create", target, "HEAD"]);
  expect((await bundle(join(worktree, "bundle"))).exitCode).toBe(0);
  for (const target of [join(gitCommonDir, "hooks/pre-push"), link, join(worktree, ".git")]) {
    expect((await bundle(target)).exitCode).not.toBe(0);
  }
  expect(readFileSync(join(gitCommonDir, "config"), "utf8")).toBe(config);
  expect(readFileSync(link, "utf8")).toBe("../..\n");
});

test("git's own failure is a result, with its words", async () => {
  const result = await git("read", ["rev-parse", "--verify", "nonsense"]);
  expect(result).toMatchObject({
    exitCode: 128,
    stderr: expect.stringContaining("Needed a single"),
  });
});

test("an interrupted git is an error", async () => {
  const signal = AbortSignal.abort();
  await expect(git("read", ["status"], { signal })).rejects.toMatchObject({ kind: "interrupted" });
  const late = new AbortController();
  const waiting = git("read", ["cat-file", "--batch-command", "--buffer"], {
    signal: late.signal,
    env: { GIT_TRACE2_EVENT: "0" },
  });
  late.abort();
  await expect(waiting).rejects.toMatchObject({ kind: "interrupted" });
});

test("objects that a repository borrows are found", async () => {
  const lender = join(fixture.root, "lender");
  fixture.git(fixture.root, "init", "-q", lender);
  writeFileSync(join(lender, "lent.txt"), "lent\n");
  const id = fixture.git(lender, "hash-object", "-w", "lent.txt").trim();
  mkdirSync(join(gitCommonDir, "objects/info"), { recursive: true });
  writeFileSync(join(gitCommonDir, "objects/info/alternates"), `${lender}/.git/objects\n`);
  expect((await git("read", ["cat-file", "blob", id])).stdout.toString()).toBe("lent\n");
});

test("a repository without its configuration is refused", async () => {
  const missing = { ...checkout, gitCommonDir: join(fixture.root, "lender/.git/objects") };
  await expect(git("read", ["status"], { checkout: missing })).rejects.toMatchObject({
    kind: "sandboxUnavailable",
  });
});
