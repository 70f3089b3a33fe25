import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Fixture, gitGround } from "./git-fixture.test.support.ts";
import { type LendRequest, lend } from "./lending.ts";

const { box, makeRepository } = gitGround();

async function monorepo(): Promise<Fixture> {
  const fixture = await makeRepository({
    ".gitignore": "node_modules/\n.env\n",
    "package-lock.json": "{}",
    "packages/daemon/index.js": "daemon",
    "packages/daemon/package.json": "{}",
  });
  fixture.write({
    "node_modules/react/index.js": "react",
    "node_modules/@scope/real/index.js": "real",
    "node_modules/.cache/x": "x",
    "node_modules/.vite/x": "x",
    "node_modules/.package-lock.json": "{}",
    "packages/daemon/node_modules/inner/index.js": "inner",
    "packages/untracked/node_modules/other/index.js": "other",
    ".venv/.gitignore": "*\n",
    ".venv/bin/python": "python",
    ".env": "SECRET=1\n",
  });
  mkdirSync(join(fixture.path, "node_modules/.bin"));
  const link = (target: string, name: string) =>
    symlinkSync(target, join(fixture.path, "node_modules", name));
  link("../../packages/daemon", "@scope/daemon");
  link("../react/index.js", ".bin/react");
  link("../@scope/daemon/index.js", ".bin/daemon");
  link("/opt/elsewhere", "outside");
  return fixture;
}

async function lendTo(fixture: Fixture, more: Partial<LendRequest> = {}) {
  const { checkout } = await fixture.thread();
  const lending = await lend(box, { from: fixture.checkout, to: checkout, ...more });
  return { to: checkout.worktree, lending, at: (path: string) => join(checkout.worktree, path) };
}

test("a fresh worktree finds its dependencies by links, and git shows none of them", async () => {
  using fixture = await monorepo();
  const { to, lending, at } = await lendTo(fixture);
  expect(lending).toEqual({
    lent: [".venv", "node_modules", "packages/daemon/node_modules"].map((path) =>
      join(fixture.path, path),
    ),
    skipped: [
      { path: "packages/untracked/node_modules", reason: "the thread has no folder to hold it" },
    ],
  });
  expect(readlinkSync(at("node_modules/react"))).toBe(join(fixture.path, "node_modules/react"));
  expect(readFileSync(at("node_modules/@scope/real/index.js"), "utf8")).toBe("real");
  expect(readFileSync(at(".venv/bin/python"), "utf8")).toBe("python");
  expect(readFileSync(at("packages/daemon/node_modules/inner/index.js"), "utf8")).toBe("inner");
  expect(lstatSync(at("node_modules")).isDirectory()).toBe(true);
  expect(existsSync(at("node_modules/.cache")) || existsSync(at("node_modules/.vite"))).toBe(false);
  expect(fixture.gitIn(to, "status", "--short")).toBe("");
});

test("links to workspace packages lead into the thread's own worktree", async () => {
  using fixture = await monorepo();
  const { at } = await lendTo(fixture);
  expect(readlinkSync(at("node_modules/@scope/daemon"))).toBe("../../packages/daemon");
  expect(realpathSync(at("node_modules/.bin/daemon"))).toBe(at("packages/daemon/index.js"));
  expect(realpathSync(at("node_modules/.bin/react"))).toBe(
    join(fixture.path, "node_modules/react/index.js"),
  );
  expect(readlinkSync(at("node_modules/outside"))).toBe("/opt/elsewhere");
});

test("writing into the lent folder does not reach the user's", async () => {
  using fixture = await monorepo();
  const { to } = await lendTo(fixture);
  fixture.write({ "node_modules/.vite/new": "x", "node_modules/added/index.js": "x" }, to);
  expect(existsSync(join(fixture.path, "node_modules/.vite/new"))).toBe(false);
  expect(existsSync(join(fixture.path, "node_modules/added"))).toBe(false);
});

test("a changed lock file means dependencies of the thread's own", async () => {
  using fixture = await monorepo();
  fixture.write({ "package-lock.json": '{"changed": true}' });
  const { lending, at } = await lendTo(fixture);
  expect(lending.lent).toEqual([join(fixture.path, ".venv")]);
  expect(lending.skipped).toContainEqual({
    path: "node_modules",
    reason: "package-lock.json differs from the checkout's",
  });
  expect(existsSync(at("node_modules"))).toBe(false);
});

test("listed files are copied when git ignores them", async () => {
  using fixture = await monorepo();
  fixture.write({ "notes.txt": "mine" });
  const files = [".env", "notes.txt", "package-lock.json", "missing"];
  const { to, lending, at } = await lendTo(fixture, { files });
  expect(readFileSync(at(".env"), "utf8")).toBe("SECRET=1\n");
  expect(lstatSync(at(".env")).isSymbolicLink()).toBe(false);
  const reason = "it does not exist or git does not ignore it";
  expect(lending.skipped.filter(({ path }) => files.includes(path))).toEqual(
    files.slice(1).map((path) => ({ path, reason })),
  );
  expect(fixture.gitIn(to, "status", "--short")).toBe("");
});

test("no list leads outside the repository, nor does a link", async () => {
  using fixture = await monorepo();
  fixture.write({ "../secret/key": "k", ".gitignore": "node_modules/\nlinked\n.env\n" });
  symlinkSync("../secret", join(fixture.path, "linked"));
  fixture.commit("ignore linked");
  const folders = ["../secret", "/etc", "linked", "."];
  const { lending } = await lendTo(fixture, { folders, files: ["linked/key"] });
  expect(lending.skipped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
    "packages/untracked/node_modules: the thread has no folder to hold it",
    "../secret: it is not a path inside the repository",
    "/etc: it is not a path inside the repository",
    "linked: it is not a folder of the checkout",
    ".: it is not a path inside the repository",
    "linked/key: it does not exist or git does not ignore it",
  ]);
});

test("a folder that only the user's checkout ignores is taken back", async () => {
  using fixture = await makeRepository({ "a.txt": "a" });
  fixture.write({ ".gitignore": "node_modules\n", "node_modules/x/index.js": "x" });
  const { to, lending, at } = await lendTo(fixture);
  expect(lending).toEqual({
    lent: [],
    skipped: [{ path: "node_modules", reason: "git does not ignore it in the thread" }],
  });
  expect(existsSync(at("node_modules"))).toBe(false);
  expect(existsSync(join(fixture.path, "node_modules/x/index.js"))).toBe(true);
  expect(fixture.gitIn(to, "status", "--short")).toBe("");
});
