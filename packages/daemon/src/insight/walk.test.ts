import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TreeReader } from "../os/tree-reader.ts";
import { makeTree } from "./tree-fixture.test.support.ts";
import { listingArgs, parseGitListing, walkFolders } from "./walk.ts";

const git = (root: string, ...args: string[]): Buffer =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: root });

test("git's listing has tracked and untracked files, and the blob of those that are unchanged", () => {
  using tree = makeTree({ "a.ts": "1", "b.ts": "2", "out/c.js": "3", ".gitignore": "out\n" });
  git(tree.root, "init", "-q");
  git(tree.root, "add", ".");
  git(tree.root, "commit", "-qm", "first");
  tree.write({ "b.ts": "changed", "new ü.ts": "4" });
  symlinkSync("a.ts", join(tree.root, "link.ts"));
  git(tree.root, "add", "link.ts");

  const listing = parseGitListing(git(tree.root, ...listingArgs));

  expect(listing.candidates).toEqual([
    { path: ".gitignore", blob: git(tree.root, "rev-parse", "HEAD:.gitignore").toString().trim() },
    { path: "a.ts", blob: git(tree.root, "rev-parse", "HEAD:a.ts").toString().trim() },
    { path: "b.ts" },
    { path: "new ü.ts" },
  ]);
  expect(listing.skipped).toEqual([["link.ts", "symlink"]]);
});

test("git's word is not taken for a file that it was told not to look at", () => {
  using tree = makeTree({ "a.ts": "1", "b.ts": "1", "c.ts": "1" });
  git(tree.root, "init", "-q");
  git(tree.root, "add", ".");
  git(tree.root, "update-index", "--assume-unchanged", "a.ts");
  git(tree.root, "update-index", "--skip-worktree", "b.ts");

  const { candidates } = parseGitListing(git(tree.root, ...listingArgs));

  expect(candidates.map(({ path, blob }) => [path, blob !== undefined])).toEqual([
    ["a.ts", false],
    ["b.ts", false],
    ["c.ts", true],
  ]);
});

test("submodules and repositories inside of the tree are left out and named", () => {
  using tree = makeTree({ "a.ts": "1" });
  using other = makeTree({ "x.ts": "1" });
  git(other.root, "init", "-q");
  git(other.root, "add", ".");
  git(other.root, "commit", "-qm", "first");
  git(tree.root, "init", "-q");
  const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
  git(tree.root, ...add, other.root, "sub");
  git(tree.root, "clone", "-q", other.root, "nested");

  const listing = parseGitListing(git(tree.root, ...listingArgs));

  expect(listing.candidates.map(({ path }) => path)).toEqual([".gitmodules", "a.ts"]);
  expect([...listing.skipped].sort()).toEqual([
    ["nested/", "nestedRepository"],
    ["sub", "submodule"],
  ]);
});

test("without git, ignore files hold in their folders, and no link is followed", () => {
  using tree = makeTree({
    ".gitignore": "*.log\n/build\n",
    "a.log": "",
    "build/a.js": "",
    "src/a.ts": "",
    "src/.gitignore": "gen/\n!keep.log\n",
    "src/gen/b.ts": "",
    "src/keep.log": "",
    "node_modules/x/index.js": "",
  });
  symlinkSync("..", join(tree.root, "src", "loop"));
  using reader = new TreeReader(tree.root);

  const { candidates, skipped } = walkFolders(reader);

  expect(candidates.map(({ path }) => path)).toEqual([
    ".gitignore",
    "src/.gitignore",
    "src/a.ts",
    "src/keep.log",
  ]);
  expect(skipped).toEqual([["src/loop", "symlink"]]);
});

test("a listing that is longer than the limit says so", () => {
  using tree = makeTree({ "a.ts": "", "b.ts": "", "c.ts": "" });
  using reader = new TreeReader(tree.root);
  const { candidates, truncated } = walkFolders(reader, 2);
  expect([candidates.length, truncated]).toEqual([2, true]);
});

test("files are read by no path that leads through a link, and none that is too large", () => {
  using outside = makeTree({ "secret.ts": "secret" });
  using tree = makeTree({ "in/a.ts": "text", "large.ts": "x".repeat(100) });
  symlinkSync(outside.root, join(tree.root, "out"));
  symlinkSync(join(outside.root, "secret.ts"), join(tree.root, "in/link.ts"));
  using reader = new TreeReader(tree.root);
  const read = (path: string) => {
    const file = reader.read(path, 50);
    return "bytes" in file ? file.bytes.toString() : file.refused;
  };

  expect(read("in/a.ts")).toBe("text");
  expect(read("out/secret.ts")).toBe("vanished");
  expect(read("in/link.ts")).toBe("symlink");
  expect(read("../x.ts")).toBe("vanished");
  expect(read("in")).toBe("special");
  expect(read("large.ts")).toBe("tooLarge");
  expect(reader.stat("out/secret.ts")).toBeUndefined();
  writeFileSync(join(tree.root, "in/a.ts"), "other");
  expect(read("in/a.ts")).toBe("other");
});
