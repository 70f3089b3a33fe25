import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readHead, readIdentity, resolveRepository } from "./git-repository.ts";
import { makeRepository } from "./repository-fixture.test.support.ts";

test("a folder inside a repository leads to its checkout, branch and user", async () => {
  using fixture = await makeRepository({ "deep/er/file.txt": "x" });
  const repository = await resolveRepository(join(fixture.path, "deep/er"));
  expect(repository).toEqual({
    worktree: fixture.path,
    gitDir: join(fixture.path, ".git"),
    gitCommonDir: join(fixture.path, ".git"),
    head: { ref: "refs/heads/main", commit: fixture.git("rev-parse", "HEAD") },
    targetBranch: "main",
  });
  expect(await readIdentity(repository.gitCommonDir)).toEqual({
    name: "Ada",
    email: "ada@example.org",
  });
});

test("a linked worktree leads to its own HEAD and the common directory", async () => {
  using fixture = await makeRepository();
  fixture.git("worktree", "add", "-q", "-b", "topic/one", "../linked");
  const repository = await resolveRepository(join(fixture.folder, "linked"));
  expect(repository).toMatchObject({
    gitDir: join(fixture.path, ".git/worktrees/linked"),
    gitCommonDir: fixture.checkout.gitCommonDir,
    targetBranch: "topic/one",
  });
});

test("a detached HEAD falls back to a branch that exists", async () => {
  using fixture = await makeRepository();
  fixture.git("checkout", "-q", "--detach");
  const { head, targetBranch } = await resolveRepository(fixture.path);
  expect({ head, targetBranch }).toEqual({
    head: { commit: fixture.git("rev-parse", "HEAD") },
    targetBranch: "main",
  });
});

test("HEAD is read from packed refs", async () => {
  using fixture = await makeRepository();
  fixture.git("branch", "other/main");
  fixture.git("pack-refs", "--all");
  expect(await readHead(fixture.checkout)).toEqual({
    ref: "refs/heads/main",
    commit: fixture.git("rev-parse", "HEAD"),
  });
});

test("a HEAD that only git can read is not guessed", async () => {
  using fixture = await makeRepository();
  writeFileSync(join(fixture.path, ".git/HEAD"), "ref: refs/heads/.invalid\n");
  expect(await readHead(fixture.checkout)).toBeUndefined();
});

test("what cannot become a project is refused with what to do", async () => {
  using fixture = await makeRepository();
  const folder = (name: string) => join(fixture.folder, name);
  mkdirSync(folder("plain"));
  fixture.gitIn(fixture.folder, "init", "-q", "empty");
  fixture.gitIn(fixture.folder, "init", "-q", "--bare", "bare.git");
  const allowed = ["-c", "protocol.file.allow=always"];
  fixture.git(...allowed, "submodule", "--quiet", "add", fixture.path, "sub");
  mkdirSync(folder("broken"));
  writeFileSync(join(folder("broken"), ".git"), "gitdir: nowhere\n");
  const refusals = await Promise.all(
    [
      folder("gone"),
      folder("plain"),
      folder("empty"),
      folder("bare.git"),
      join(fixture.path, "sub"),
      folder("broken"),
    ].map(async (path) => await resolveRepository(path).catch((error: unknown) => error)),
  );
  expect(refusals).toMatchObject([
    { kind: "notFound", message: expect.stringContaining("no folder") },
    { kind: "notARepository", message: expect.stringContaining("git init") },
    { kind: "notARepository", message: expect.stringContaining("git commit") },
    { kind: "notARepository", message: expect.stringContaining("bare repository") },
    { kind: "notARepository", message: expect.stringContaining("submodule") },
    { kind: "notARepository", message: expect.stringContaining("worktree repair") },
  ]);
});

test("a user whom git does not know gets a name of ours", async () => {
  using fixture = await makeRepository();
  fixture.git("config", "user.name", " <> ");
  fixture.git("config", "user.email", "");
  expect(await readIdentity(join(fixture.path, ".git"))).toEqual({
    name: "Heddle",
    email: "heddle@localhost",
  });
});

test("a repository whose files are gone is still told from none", async () => {
  using fixture = await makeRepository();
  rmSync(join(fixture.path, ".git/HEAD"));
  await expect(resolveRepository(fixture.path)).rejects.toMatchObject({ kind: "notARepository" });
});
