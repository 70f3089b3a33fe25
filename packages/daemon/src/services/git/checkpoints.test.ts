import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  checkpoint,
  checkpointRef,
  restore,
  salvage,
  salvageRef,
  snapshot,
} from "./checkpoints.ts";
import { commitTurn } from "./commits.ts";
import { gitGround } from "./git-fixture.test.support.ts";
import { copyIndex, removeLeftIndexes } from "./temporary-index.ts";
import { isClean } from "./worktrees.ts";

const { box, makeRepository } = gitGround();

const ids = { threadId: "thr_1", turnId: "turn_1" };
const author = { name: "Ada", email: "ada@example.org" };

test("a snapshot holds every file that is not ignored and changes nothing", async () => {
  using fixture = await makeRepository({
    ".gitignore": "ignored\n",
    "a.txt": "a\n",
    "gone.txt": "x",
  });
  const { checkout } = await fixture.thread();
  const { worktree } = checkout;
  fixture.write({ "a.txt": "changed\n", 'new/ü "q"\n.txt': "n", ignored: "i" }, worktree);
  rmSync(join(worktree, "gone.txt"));
  const before = fixture.gitIn(worktree, "status", "--short", "-z");
  const tree = await snapshot(box, checkout);
  const names = fixture.git("ls-tree", "-r", "-z", "--name-only", tree).split("\0").filter(Boolean);
  expect(names).toEqual([".gitignore", "a.txt", 'new/ü "q"\n.txt']);
  expect(fixture.gitIn(worktree, "status", "--short", "-z")).toBe(before);
  expect(readdirSync(checkout.gitDir).filter((name) => name.startsWith("heddle"))).toEqual([]);
});

test("a change of the same size in the very tick of the index is seen", async () => {
  using fixture = await makeRepository({ "a.txt": "1" });
  const { checkout } = await fixture.thread();
  const file = join(checkout.worktree, "a.txt");
  // Without the times of inode changes, which no test can set, only the index's own age tells.
  fixture.git("config", "core.trustctime", "false");
  utimesSync(file, 1e9, 1e9);
  fixture.gitIn(checkout.worktree, "update-index", "--refresh");
  utimesSync(join(checkout.gitDir, "index"), 1e9, 1e9);
  fixture.write({ "a.txt": "2" }, checkout.worktree);
  utimesSync(file, 1e9, 1e9);
  const tree = await snapshot(box, checkout);
  expect(fixture.git("cat-file", "blob", `${tree}:a.txt`)).toBe("2");
});

test("a file that is not in the encoding it is said to have is taken byte for byte, with its mode", async () => {
  using fixture = await makeRepository({ "run.sh": "a\n" });
  const { checkout } = await fixture.thread();
  const { worktree } = checkout;
  chmodSync(join(worktree, "run.sh"), 0o755);
  fixture.gitIn(worktree, "commit", "-aqm", "it can be run");
  const said = "run.sh working-tree-encoding=UTF-16\n";
  fixture.write({ "run.sh": "changed\n", ".gitattributes": said }, worktree);
  const tree = await snapshot(box, checkout);
  expect(fixture.git("cat-file", "blob", `${tree}:run.sh`)).toBe("changed");
  expect(fixture.git("ls-tree", tree, "run.sh")).toMatch(/^100755 /);
});

test("undo brings back changed, deleted and untracked files, and keeps ignored ones", async () => {
  using fixture = await makeRepository({
    ".gitignore": "ignored\n",
    "a.txt": "a\n",
    "b/c.txt": "c\n",
    "d.txt": "d",
  });
  const { checkout, branch } = await fixture.thread();
  const { worktree } = checkout;
  symlinkSync("a.txt", join(worktree, "link"));
  fixture.write({ "draft.txt": "draft\n", ignored: "one" }, worktree);
  const head = fixture.gitIn(worktree, "rev-parse", "HEAD");
  const { commit, tree } = await checkpoint(box, checkout, ids);

  fixture.write(
    { "a.txt": "edited\n", "draft.txt": "edited\n", "extra/file.txt": "e", ignored: "two" },
    worktree,
  );
  rmSync(join(worktree, "b"), { recursive: true });
  rmSync(join(worktree, "link"));
  fixture.write({ b: "now a file", "link/inside": "now a folder" }, worktree);
  chmodSync(join(worktree, "d.txt"), 0o755);
  await commitTurn(box, checkout, { ...ids, message: "the turn", author });
  fixture.write({ "late.txt": "after the commit" }, worktree);
  await restore(box, checkout, { commit, moveBranch: true });

  expect(await snapshot(box, checkout)).toBe(tree);
  expect(readFileSync(join(worktree, "b/c.txt"), "utf8")).toBe("c\n");
  expect(readFileSync(join(worktree, "draft.txt"), "utf8")).toBe("draft\n");
  expect(readFileSync(join(worktree, "ignored"), "utf8")).toBe("two");
  expect(readlinkSync(join(worktree, "link"))).toBe("a.txt");
  expect(statSync(join(worktree, "d.txt")).mode & 0o111).toBe(0);
  expect(existsSync(join(worktree, "extra")) || existsSync(join(worktree, "late.txt"))).toBe(false);
  expect(fixture.git("rev-parse", branch)).toBe(head);
  expect(fixture.gitIn(worktree, "status", "--short")).toBe("?? draft.txt\n?? link");
});

test("restoring without moving the branch leaves the commits where they are", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  const { commit } = await checkpoint(box, checkout, ids);
  fixture.write({ "a.txt": "b\n" }, checkout.worktree);
  const turn = await commitTurn(box, checkout, { ...ids, message: "b", author });
  await restore(box, checkout, { commit });
  expect(fixture.gitIn(checkout.worktree, "rev-parse", "HEAD")).toBe(turn?.commit);
  expect(fixture.gitIn(checkout.worktree, "status", "--short")).toBe(" M a.txt");
  expect(fixture.gitIn(checkout.worktree, "rev-parse", "HEAD^")).toBe(
    fixture.git("rev-parse", `${checkpointRef("thr_1", "turn_1")}^`),
  );
});

test("a repository made inside the worktree is neither recorded nor in the way", async () => {
  using fixture = await makeRepository({ "src/a.txt": "a" });
  const { checkout } = await fixture.thread();
  const { worktree } = checkout;
  for (const name of ["empty", "full", "src"]) fixture.gitIn(worktree, "init", "-q", name);
  fixture.write(
    { "full/x": "x", "src/a.txt": "b", "src/new": "n", ".GIT/config": "evil" },
    worktree,
  );
  const identity = ["-c", "user.name=x", "-c", "user.email=x"];
  fixture.gitIn(join(worktree, "full"), "add", "x");
  fixture.gitIn(join(worktree, "full"), ...identity, "commit", "-qm", "x");
  const tree = await snapshot(box, checkout);
  const listing = fixture.git("ls-tree", "-r", "--name-only", tree);
  expect(listing.split("\n")).toEqual(["src/a.txt", "src/new"]);
  expect(fixture.git("cat-file", "blob", `${tree}:src/a.txt`)).toBe("b");
});

test("a clean landed thread has nothing to salvage, a dirty one is kept with what was before", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  const landed = fixture.git("rev-parse", "HEAD");
  expect(await salvage(box, checkout, { threadId: "thr_1", landed })).toBeUndefined();
  const unlanded = await salvage(box, checkout, { threadId: "thr_1" });
  expect(unlanded).toBe(landed);
  expect(await salvage(box, checkout, { threadId: "thr_1" })).toBeUndefined();

  fixture.write({ "draft.txt": "draft" }, checkout.worktree);
  const dirty = await salvage(box, checkout, { threadId: "thr_1", landed });
  expect(fixture.git("rev-parse", salvageRef("thr_1"))).toBe(dirty);
  expect(fixture.git("cat-file", "blob", `${dirty}:draft.txt`)).toBe("draft");
  fixture.write({ "draft.txt": "second" }, checkout.worktree);
  const again = await salvage(box, checkout, { threadId: "thr_1", landed });
  expect(fixture.git("cat-file", "blob", `${again}^2:draft.txt`)).toBe("draft");
});

test("only a lock of our own is cleared after a kill", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  const lock = join(checkout.gitDir, "index.lock");
  const left = await copyIndex(checkout);
  fixture.write({ "index.lock": "somebody else's" }, checkout.gitDir);
  await removeLeftIndexes(checkout);
  expect(existsSync(lock)).toBe(true);
  expect(existsSync(left.file)).toBe(false);

  rmSync(lock);
  linkSync((await copyIndex(checkout)).file, lock);
  await removeLeftIndexes(checkout);
  expect(readdirSync(checkout.gitDir).filter((name) => /heddle|lock/.test(name))).toEqual([]);
});

test("a commit while another git holds the index is made all the same", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  fixture.write({ "index.lock": "" }, checkout.gitDir);
  fixture.write({ "a.txt": "b\n" }, checkout.worktree);
  const turn = await commitTurn(box, checkout, { ...ids, message: "b", author });
  expect(fixture.git("log", "-1", "--format=%H", "heddle/a-thread")).toBe(turn?.commit);
  rmSync(join(checkout.gitDir, "index.lock"));
  fixture.write({ "a.txt": "c\n" }, checkout.worktree);
  await commitTurn(box, checkout, { ...ids, message: "c", author });
  expect(await isClean(box, checkout)).toBe(true);
  mkdirSync(join(checkout.worktree, "empty"));
  expect(await isClean(box, checkout)).toBe(true);
});
