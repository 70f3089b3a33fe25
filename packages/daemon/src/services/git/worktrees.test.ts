import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gitGround } from "./git-fixture.test.support.ts";
import { createWorktree, isClean, removeWorktree, slugOf } from "./worktrees.ts";

const { box, makeRepository } = gitGround();

test.each([
  ["Fix the login bug", "fix-the-login-bug"],
  ["Añade café — ünïcode!", "anade-cafe-unicode"],
  ["../../etc/passwd", "etc-passwd"],
  ["-rf .lock", "rf-lock"],
  ["日本語", "thread"],
  ["", "thread"],
  [`${"a".repeat(39)} b`, "a".repeat(39)],
])("the title %j becomes the slug %j", (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

test("every title has a slug that git accepts in a branch", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (title) => {
      expect(slugOf(title)).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
    }),
  );
});

test("a worktree holds the files of its commit, and the user's checkout is left alone", async () => {
  using fixture = await makeRepository({
    ".gitattributes": "* text=auto\n*.bat text eol=crlf\n",
    "run.bat": "echo\r\n",
    "a b/ü\n'q\".txt": "odd\n",
  });
  writeFileSync(join(fixture.path, "tool.sh"), "#!/bin/sh\n", { mode: 0o755 });
  symlinkSync("run.bat", join(fixture.path, "link"));
  fixture.commit("more");
  fixture.write({ "uncommitted.txt": "mine" });
  const { checkout, branch } = await fixture.thread("Fix it");

  expect(branch).toBe("heddle/fix-it");
  expect(readFileSync(join(checkout.worktree, "run.bat"), "utf8")).toBe("echo\r\n");
  expect(readFileSync(join(checkout.worktree, "a b/ü\n'q\".txt"), "utf8")).toBe("odd\n");
  expect(lstatSync(join(checkout.worktree, "tool.sh")).mode & 0o111).toBe(0o111);
  expect(readlinkSync(join(checkout.worktree, "link"))).toBe("run.bat");
  expect(existsSync(join(checkout.worktree, "uncommitted.txt"))).toBe(false);
  expect(await isClean(box, checkout)).toBe(true);
  expect(fixture.gitIn(checkout.worktree, "status", "--short", "--branch")).toBe(
    "## heddle/fix-it",
  );
  expect(fixture.git("status", "--short")).toBe("?? uncommitted.txt");
});

test("a worktree that another git has just begun to add does not keep others from being added", async () => {
  using fixture = await makeRepository();
  const begun = join(fixture.path, ".git/worktrees/theirs");
  mkdirSync(begun, { recursive: true });
  writeFileSync(join(begun, "gitdir"), `${fixture.folder}/theirs/.git\n`);
  writeFileSync(join(begun, "HEAD"), `${fixture.git("rev-parse", "HEAD")}\n`);
  writeFileSync(join(begun, "commondir"), "");
  expect(() => fixture.git("worktree", "list")).toThrow("commondir");
  const filled = setTimeout(() => writeFileSync(join(begun, "commondir"), "../..\n"), 200);
  const { branch } = await fixture.thread("mine");
  clearTimeout(filled);
  expect(branch).toBe("heddle/mine");
  expect(existsSync(begun)).toBe(true);
});

test("a taken branch or folder gives the next thread another name", async () => {
  using fixture = await makeRepository();
  fixture.git("branch", "heddle/same/inner");
  mkdirSync(join(fixture.folder, "worktrees/same-2"), { recursive: true });
  const branches = [await fixture.thread("same"), await fixture.thread("same")];
  expect(branches.map(({ branch }) => branch)).toEqual(["heddle/same-3", "heddle/same-4"]);
});

test("a branch named heddle is refused by name", async () => {
  using fixture = await makeRepository();
  fixture.git("branch", "heddle");
  await expect(fixture.thread()).rejects.toMatchObject({ kind: "conflict" });
});

test("hooks, filters and the file system monitor of the repository never run", async () => {
  using fixture = await makeRepository({
    ".gitattributes": "* filter=evil merge=evil\n",
    "a.txt": "a\n",
  });
  const marker = join(fixture.folder, "ran");
  const script = join(fixture.folder, "evil.sh");
  writeFileSync(script, `#!/bin/sh\necho "$0" >> ${marker}\n`, { mode: 0o755 });
  for (const hook of [
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "pre-commit",
  ]) {
    symlinkSync(script, join(fixture.path, ".git/hooks", hook));
  }
  const commit = fixture.checkout.gitCommonDir;
  const settings = {
    "core.fsmonitor": script,
    "core.hooksPath": join(commit, "hooks"),
    "filter.evil.smudge": script,
    "filter.evil.clean": script,
    "filter.evil.process": script,
    "filter.evil.required": "true",
  };
  const tip = fixture.git("rev-parse", "HEAD");
  for (const [key, value] of Object.entries(settings)) fixture.git("config", key, value);
  const { checkout } = await createWorktree(box, {
    gitCommonDir: commit,
    root: join(fixture.folder, "worktrees"),
    title: "safe",
    commit: tip,
  });
  await isClean(box, checkout);
  expect(readFileSync(join(checkout.worktree, "a.txt"), "utf8")).toBe("a\n");
  expect(existsSync(marker)).toBe(false);
});

test("removing a worktree keeps its branch, also when its .git file was changed", async () => {
  using fixture = await makeRepository();
  const root = join(fixture.folder, "worktrees");
  const [first, second, third] = [
    await fixture.thread(),
    await fixture.thread(),
    await fixture.thread(),
  ];
  fixture.write({ "untracked.txt": "x" }, first.checkout.worktree);
  fixture.write({ ".git": "gitdir: /nowhere\n" }, second.checkout.worktree);
  fixture.gitIn(fixture.folder, "-C", fixture.path, "worktree", "lock", third.checkout.worktree);
  for (const { checkout } of [first, second, third]) await removeWorktree(checkout, root);
  expect(existsSync(first.checkout.worktree) || existsSync(second.checkout.worktree)).toBe(false);
  expect(fixture.git("worktree", "list").split("\n")).toHaveLength(1);
  expect(fixture.git("branch", "--list", "heddle/*").split("\n")).toHaveLength(3);
});

test("nothing outside the worktree root is removed", async () => {
  using fixture = await makeRepository();
  await fixture.thread();
  const removal = removeWorktree(fixture.checkout, join(fixture.folder, "worktrees"));
  await expect(removal).rejects.toMatchObject({ kind: "outsideWorktree" });
  expect(existsSync(join(fixture.path, "a.txt"))).toBe(true);
});
