import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { git, tryGit } from "./git.ts";
import { commitTree, mergeTree, readCommits, revParse, treeOf } from "./git-objects.ts";
import { listRefs, listWorktrees, updateRefs } from "./git-refs.ts";
import { makeRepository } from "./repository-fixture.test.support.ts";

const author = { name: "Ada", email: "ada@example.org" };

test("a failing git is an error with git's own words, and tryGit gives its exit code", async () => {
  using fixture = await makeRepository();
  const call = { gitDir: fixture.checkout.gitDir, args: ["cat-file", "-e", "0".repeat(40)] };
  expect(await tryGit({ ...call, args: ["config", "--get", "no.such"] })).toEqual({
    exitCode: 1,
    stdout: Buffer.alloc(0),
    stderr: "",
  });
  await expect(git({ ...call, args: ["cat-file", "blob", "nothing"] })).rejects.toMatchObject({
    kind: "gitFailed",
    message: expect.stringContaining("Not a valid object name nothing"),
  });
});

test("a git that did not run, or was killed, is an error and no exit code", async () => {
  using fixture = await makeRepository();
  const { gitDir } = fixture.checkout;
  const failed = (message: string) => ({
    kind: "gitFailed",
    message: expect.stringContaining(message),
  });
  const gone = tryGit({ gitDir: join(gitDir, "gone"), args: ["rev-parse", "HEAD"] });
  await expect(gone).rejects.toMatchObject(failed("cd"));
  const killed = tryGit({ gitDir, args: ["-c", "alias.die=!kill -9 $$", "die"] });
  await expect(killed).rejects.toMatchObject(failed("failed"));
  vi.stubEnv("PATH", "/none");
  await expect(tryGit({ gitDir, args: ["version"] })).rejects.toMatchObject(failed("install git"));
  vi.unstubAllEnvs();
});

test("more calls than may run at once all end", async () => {
  using fixture = await makeRepository();
  const { gitDir } = fixture.checkout;
  const heads = await Promise.all(Array.from({ length: 12 }, () => revParse(gitDir, "HEAD")));
  expect(new Set(heads)).toEqual(new Set([fixture.git("rev-parse", "HEAD")]));
});

test("an aborted call rejects with the signal's reason", async () => {
  using fixture = await makeRepository();
  const turn = new AbortController();
  const { gitDir } = fixture.checkout;
  const call = git({ gitDir, args: ["rev-parse", "HEAD"], signal: turn.signal });
  turn.abort(new Error("stop"));
  await expect(call).rejects.toThrow("stop");
  await expect(git({ gitDir, args: ["rev-parse", "HEAD"], signal: turn.signal })).rejects.toThrow(
    "stop",
  );
});

test("names that look like options or hold no commit are no commits", async () => {
  using fixture = await makeRepository();
  const { gitDir } = fixture.checkout;
  const names = ["--all", "-h", "refs/heads/none", "HEAD:a.txt", ""];
  expect(await Promise.all(names.map((name) => revParse(gitDir, name)))).toEqual(
    names.map(() => undefined),
  );
});

test("refs change all or none, and only from what is expected", async () => {
  using fixture = await makeRepository();
  const { gitDir } = fixture.checkout;
  const first = fixture.git("rev-parse", "HEAD");
  const second = fixture.commit("second", { "b.txt": "b" });
  const update = (...changes: Parameters<typeof updateRefs>[1]) =>
    updateRefs(gitDir, changes, "test");
  const one = "refs/heddle/one";
  const two = "refs/heddle/two";
  expect(await update({ ref: one, to: first, expected: "absent" })).toBe("updated");
  expect(await update({ ref: one, to: second, expected: "absent" })).toBe("moved");
  expect(await update({ ref: two, to: first }, { ref: one, to: second, expected: second })).toBe(
    "moved",
  );
  expect(await listRefs(gitDir, "refs/heddle/")).toEqual([{ ref: one, commit: first }]);
  expect(await update({ ref: one, expected: second })).toBe("moved");
  fixture.git("pack-refs", "--all");
  expect(await update({ ref: one, expected: first }, { ref: two, to: second })).toBe("updated");
  expect(await listRefs(gitDir, "refs/heddle/")).toEqual([{ ref: two, commit: second }]);
  await expect(update({ ref: "refs/x\ndelete refs/heads/main" })).rejects.toMatchObject({
    kind: "gitFailed",
  });
});

test("a commit reads back as it was written", async () => {
  using fixture = await makeRepository();
  const { gitDir } = fixture.checkout;
  const [tree, parent] = [await treeOf(gitDir, "HEAD"), fixture.git("rev-parse", "HEAD")];
  const message = "# Ünïcode\n\ntree 1\n\n  body\n";
  const made = { tree, parents: [parent], message, author, authorDate: "@5 +0200" };
  const commit = await commitTree(gitDir, made);
  expect(await readCommits(gitDir, [commit])).toEqual([
    { commit, tree, parents: [parent], author: "Ada <ada@example.org> 5 +0200", message },
  ]);
  await expect(readCommits(gitDir, ["0".repeat(40)])).rejects.toMatchObject({ kind: "gitFailed" });
});

test("the user's configuration is read only when it is asked for", async () => {
  using fixture = await makeRepository();
  const home = join(fixture.folder, "home");
  fixture.write({ ".gitconfig": "[user]\n\tsigningKey = key\n" }, home);
  const call = { gitDir: fixture.checkout.gitDir, args: ["config", "--get", "user.signingKey"] };
  const env = { HOME: home, XDG_CONFIG_HOME: home };
  expect((await tryGit({ ...call, env })).exitCode).toBe(1);
  expect(await git({ ...call, env, userConfig: true })).toBe("key");
});

test("a repository with SHA-256 names works alike", async () => {
  using fixture = await makeRepository();
  fixture.gitIn(fixture.folder, "init", "-q", "--object-format=sha256", "long");
  const gitDir = join(fixture.folder, "long/.git");
  const tree = await git({ gitDir, args: ["mktree"], input: "" });
  const root = await commitTree(gitDir, { tree, parents: [], message: "root", author });
  const next = await commitTree(gitDir, { tree, parents: [root], message: "next", author });
  expect(root).toHaveLength(64);
  expect(await mergeTree(gitDir, root, next)).toEqual({ tree, conflicts: [] });
  expect(await updateRefs(gitDir, [{ ref: "HEAD", to: root, expected: "absent" }], "x")).toBe(
    "updated",
  );
});

test("a worktree whose folder is gone is not listed", async () => {
  using fixture = await makeRepository();
  const paths = ['odd\n "ü"', "gone"].map((name) => join(fixture.folder, name));
  for (const path of paths) fixture.git("worktree", "add", "-q", "--detach", path);
  rmSync(join(fixture.folder, "gone"), { recursive: true });
  expect(await listWorktrees(fixture.checkout.gitDir)).toEqual([
    { path: fixture.path, ref: "refs/heads/main" },
    { path: paths[0] },
  ]);
});
