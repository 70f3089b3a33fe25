import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunBoxedGit } from "../../sandbox/types.ts";
import { commitTurn } from "./commits.ts";
import { finishLanding } from "./fast-forward.ts";
import { type Fixture, gitGround } from "./git-fixture.test.support.ts";
import {
  type LandingRequest,
  type PreparedLanding,
  prepareLanding,
  removeScratch,
} from "./landing-git.ts";

const { box, makeRepository } = gitGround();

type Prepared = Extract<PreparedLanding, { type: "prepared" }>;
const targetRef = "refs/heads/main";
const author = { name: "Grace", email: "grace@example.org" };

async function threadWith(fixture: Fixture, ...turns: Record<string, string>[]) {
  const { checkout, branch } = await fixture.thread();
  for (const [index, files] of turns.entries()) {
    fixture.write(files, checkout.worktree);
    const ids = { threadId: "thr_1", turnId: `turn_${index}` };
    await commitTurn(box, checkout, { ...ids, author, message: `turn ${index}` });
  }
  return { checkout, branch, head: fixture.git("rev-parse", branch) };
}

async function prepare(fixture: Fixture, head: string, more: Partial<LandingRequest> = {}) {
  const { gitCommonDir } = fixture.checkout;
  const scratchRoot = join(fixture.folder, "scratch");
  return await prepareLanding(box, {
    gitCommonDir,
    head,
    targetRef,
    scratchRoot,
    name: `lnd-${head}`,
    ...more,
  });
}

async function prepared(
  fixture: Fixture,
  head: string,
  more: Partial<LandingRequest> = {},
): Promise<Prepared> {
  const landing = await prepare(fixture, head, more);
  if (landing.type === "prepared") return landing;
  throw new Error(`conflict in ${landing.files.join()}`);
}

async function finish(fixture: Fixture, { targetTip, tip }: Prepared, run: RunBoxedGit = box) {
  const { gitCommonDir } = fixture.checkout;
  await finishLanding(run, { gitCommonDir, targetRef, targetTip, tip });
}

/** All that a landing must leave alone when it is refused. */
function stateOf(fixture: Fixture) {
  const refs = fixture.git("for-each-ref");
  return {
    refs,
    status: fixture.git("status", "--short", "-z", "--ignored"),
    diff: fixture.git("diff", "HEAD"),
  };
}

test("three threads land one after another on a moving target, and its checkout follows", async () => {
  using fixture = await makeRepository({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" });
  const threads = [
    await threadWith(fixture, { "a.txt": "one\n2\n3\n4\n5\n6\n7\n8\n9\n" }, { "b.txt": "b\n" }),
    await threadWith(fixture, { "a.txt": "1\n2\n3\n4\nfive\n6\n7\n8\n9\n" }),
    await threadWith(fixture, { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\nnine\n", "run/it": "x\n" }),
  ];
  for (const { head } of threads) {
    const landing = await prepared(fixture, head);
    expect(fixture.gitIn(landing.scratch.worktree, "rev-parse", "HEAD^{tree}")).toBe(landing.tree);
    expect(fixture.gitIn(landing.scratch.worktree, "status", "--short")).toBe("");
    await finish(fixture, landing);
    await removeScratch(landing.scratch, join(fixture.folder, "scratch"));
  }
  expect(readFileSync(join(fixture.path, "a.txt"), "utf8")).toBe(
    "one\n2\n3\n4\nfive\n6\n7\n8\nnine\n",
  );
  expect(readFileSync(join(fixture.path, "run/it"), "utf8")).toBe("x\n");
  expect(fixture.git("status", "--short")).toBe("");
  expect(
    fixture.git(
      "log",
      "--reverse",
      "--format=%an %cn %s %(trailers:key=Heddle-Turn,valueonly,separator=)",
    ),
  ).toBe(
    "Ada Ada first \nGrace Grace turn 0 turn_0\nGrace Grace turn 1 turn_1\nGrace Ada turn 0 turn_0\nGrace Ada turn 0 turn_0",
  );
  expect(fixture.git("reflog", "-1", "--format=%gs")).toBe("heddle: land");
  expect(fixture.git("worktree", "list")).not.toContain("scratch");
});

test("a rebased commit keeps its author, date and message", async () => {
  using fixture = await makeRepository();
  const { checkout } = await fixture.thread();
  fixture.write({ "b.txt": "b\n" }, checkout.worktree);
  fixture.gitIn(checkout.worktree, "add", "b.txt");
  const old = ["--date=1999-12-31T23:59:59+0530", "--author=Grace Hopper <g@h>"];
  fixture.gitIn(checkout.worktree, "commit", "-q", ...old, "-m", "Ünïcode\n\nBody: x");
  fixture.commit("meanwhile", { "c.txt": "c\n" });
  const { tip } = await prepared(fixture, fixture.gitIn(checkout.worktree, "rev-parse", "HEAD"));
  expect(fixture.git("log", "-1", "--format=%an|%ae|%ad|%B", "--date=iso", tip).trim()).toBe(
    "Grace Hopper|g@h|1999-12-31 23:59:59 +0530|Ünïcode\n\nBody: x",
  );
});

test("modes, links and line endings come through a rebase", async () => {
  using fixture = await makeRepository({ ".gitattributes": "*.bat text eol=crlf\n" });
  const { checkout } = await fixture.thread();
  fixture.write({ "run.sh": "x\n", "win.bat": "a\r\nb\r\n", 'n\n"ü".txt': "x" }, checkout.worktree);
  chmodSync(join(checkout.worktree, "run.sh"), 0o755);
  symlinkSync("run.sh", join(checkout.worktree, "link"));
  const ids = { threadId: "thr_1", turnId: "turn_1" };
  const turn = await commitTurn(box, checkout, { ...ids, author, message: "files" });
  fixture.commit("meanwhile", { "c.txt": "c\n" });
  const landing = await prepared(fixture, turn?.commit ?? "");
  await finish(fixture, landing);
  expect(
    fixture
      .git("ls-tree", "-r", "-z", "HEAD")
      .split("\0")
      .map((entry) => entry.replace(/ \w+ \w+\t/, " ")),
  ).toEqual([
    "100644 .gitattributes",
    "100644 c.txt",
    "120000 link",
    '100644 n\n"ü".txt',
    "100755 run.sh",
    "100644 win.bat",
    "",
  ]);
  expect(readFileSync(join(fixture.path, "win.bat"), "utf8")).toBe("a\r\nb\r\n");
  expect(fixture.git("status", "--short")).toBe("");
});

test("a commit that the target already has is dropped, and all of them is nothing to land", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "a.txt": "b\n" }, { "c.txt": "c\n" });
  fixture.commit("the same", { "a.txt": "b\n" });
  expect((await prepared(fixture, head)).commits).toHaveLength(1);
  fixture.commit("that too", { "c.txt": "c\n" });
  await expect(prepare(fixture, head, { name: "x" })).rejects.toMatchObject({
    kind: "nothingToLand",
  });
  await expect(prepare(fixture, fixture.git("rev-parse", "main~1"))).rejects.toMatchObject({
    kind: "nothingToLand",
  });
});

test("squashing lands one commit of the user with the thread's trailer", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "b.txt": "b\n" }, { "c.txt": "c\n" });
  const landing = await prepared(fixture, head, { squash: {} });
  expect(landing).toMatchObject({ squashed: true, commits: [landing.tip] });
  expect(fixture.git("log", "-1", "--format=%an %P%n%B", landing.tip).trim()).toBe(
    `Ada ${landing.targetTip}\nturn 0\n\n- turn 1\n\nHeddle-Thread: thr_1`,
  );
});

test("commits that collide only one by one land as one", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(
    fixture,
    { "a.txt": "thread\n" },
    { "a.txt": "target\n", "b.txt": "b" },
  );
  fixture.commit("meanwhile", { "a.txt": "target\n" });
  const landing = await prepared(fixture, head);
  expect(landing).toMatchObject({ squashed: true, commits: [landing.tip] });
});

test("a conflict names the files and leaves everything as it was", async () => {
  using fixture = await makeRepository({ 'a "1"\n.txt': "a\n", "b.txt": "b\n", "gone.txt": "g\n" });
  const { head } = await threadWith(fixture, {
    'a "1"\n.txt': "thread\n",
    "gone.txt": "thread\n",
    "ok.txt": "x",
  });
  rmSync(join(fixture.path, "gone.txt"));
  fixture.commit("meanwhile", { 'a "1"\n.txt': "target\n" });
  const before = stateOf(fixture);
  expect(await prepare(fixture, head)).toEqual({
    type: "conflict",
    targetTip: fixture.git("rev-parse", "main"),
    files: ['a "1"\n.txt', "gone.txt"],
  });
  expect(stateOf(fixture)).toEqual(before);
  expect(existsSync(join(fixture.folder, "scratch"))).toBe(false);
});

test("a configured merge driver is not run", async () => {
  using fixture = await makeRepository({ "a.txt": "1\n2\n3\n4\n5\n" });
  const { head } = await threadWith(fixture, { "a.txt": "one\n2\n3\n4\n5\n" });
  fixture.commit("meanwhile", { "a.txt": "1\n2\n3\n4\nfive\n" });
  const marker = join(fixture.folder, "ran");
  writeFileSync(join(fixture.path, ".git/info/attributes"), "* merge=e=v.il\n");
  fixture.git("config", "merge.e=v.il.driver", `touch ${marker}; exit 1`);
  const { tip } = await prepared(fixture, head);
  expect(fixture.git("cat-file", "blob", `${tip}:a.txt`)).toBe("one\n2\n3\n4\nfive");
  expect(existsSync(marker)).toBe(false);
});

test("a target that moved meanwhile is left where it is", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "b.txt": "b\n" });
  const landing = await prepared(fixture, head);
  fixture.commit("meanwhile", { "c.txt": "c\n" });
  const before = stateOf(fixture);
  await expect(finish(fixture, landing)).rejects.toMatchObject({ kind: "targetMoved" });
  expect(stateOf(fixture)).toEqual(before);
});

test("a target that moves at the last moment takes the files back", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "b.txt": "b\n" });
  const landing = await prepared(fixture, head);
  const other = fixture.git("commit-tree", "-p", "main", "-m", "other", "main^{tree}");
  const racing: RunBoxedGit = async (request) => {
    if (request.access === "write") fixture.git("update-ref", targetRef, other);
    return await box(request);
  };
  await expect(finish(fixture, landing, racing)).rejects.toMatchObject({ kind: "targetMoved" });
  expect(fixture.git("rev-parse", "main")).toBe(other);
  expect(fixture.git("status", "--short")).toBe("");
});

test("a target that is checked out nowhere moves alone", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "b.txt": "b\n" });
  const landing = await prepared(fixture, head);
  fixture.git("checkout", "-q", "--detach");
  fixture.write({ "a.txt": "mine\n" });
  await finish(fixture, landing);
  expect(fixture.git("rev-parse", "main")).toBe(head);
  expect(fixture.git("status", "--short")).toBe(" M a.txt");
});

test.each<[string, Record<string, string>, string[], string[]]>([
  ["changed", { "a.txt": "mine\n" }, [], ["a.txt"]],
  ["staged", { "staged.txt": "mine\n" }, ["staged.txt"], ["staged.txt"]],
  ["untracked in the way", { "new.txt": "mine\n" }, [], ["new.txt"]],
  ["ignored in the way", { "x.ignored": "mine\n" }, [], ["x.ignored"]],
  ["a file where a folder comes", { dir: "mine\n" }, [], ["dir"]],
  ["a folder where a file comes", { "plain/x.ignored": "mine\n" }, [], ["plain/x.ignored"]],
])(
  "a checkout with a file %s is refused by name, and untouched",
  async (_, files, staged, named) => {
    using fixture = await makeRepository({ ".gitignore": "*.ignored\n", "a.txt": "a\n" });
    const { checkout } = await fixture.thread();
    const work = { "new.txt": "n", "x.ignored": "x", "dir/file": "f", plain: "p", "a.txt": "b\n" };
    fixture.write(work, checkout.worktree);
    fixture.gitIn(checkout.worktree, "add", "--force", ".");
    fixture.gitIn(checkout.worktree, "commit", "-q", "-m", "work");
    const landing = await prepared(fixture, fixture.git("rev-parse", "heddle/a-thread"));
    fixture.write(files);
    if (staged.length > 0) fixture.git("add", ...staged);
    const before = stateOf(fixture);
    await expect(finish(fixture, landing)).rejects.toMatchObject({
      kind: "targetDirty",
      details: { files: named },
    });
    expect(stateOf(fixture)).toEqual(before);
  },
);

test("untracked and ignored files that are not in the way stay", async () => {
  using fixture = await makeRepository({
    ".gitignore": "*.ignored\n",
    "a.txt": "a\n",
    "d/x": "x",
    "d/y": "y",
  });
  const { checkout } = await fixture.thread();
  rmSync(join(checkout.worktree, "d"), { recursive: true });
  fixture.write({ d: "a file now\n" }, checkout.worktree);
  const ids = { threadId: "thr_1", turnId: "turn_1" };
  const turn = await commitTurn(box, checkout, { ...ids, author, message: "d" });
  const landing = await prepared(fixture, turn?.commit ?? "");
  fixture.write({ "draft.txt": "mine", "x.ignored": "mine" });
  await finish(fixture, landing);
  expect(readFileSync(join(fixture.path, "d"), "utf8")).toBe("a file now\n");
  expect(fixture.git("status", "--short", "--ignored")).toBe("?? draft.txt\n!! x.ignored");
});

test("a landing that was killed between files and branch is completed by the same call", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "b.txt": "b\n", "a.txt": "new\n" });
  const landing = await prepared(fixture, head);
  fixture.git("read-tree", "-m", "-u", landing.targetTip, landing.tip);
  await finish(fixture, landing);
  expect(fixture.git("rev-parse", "main")).toBe(head);
  expect(fixture.git("status", "--short")).toBe("");
});

test("files that cannot be moved leave the branch and the files as they were", async () => {
  using fixture = await makeRepository();
  const { head } = await threadWith(fixture, { "b.txt": "b\n", "a.txt": "new\n" });
  const landing = await prepared(fixture, head);
  const before = stateOf(fixture);
  const full: RunBoxedGit = async (request) => {
    if (!request.args.includes("-m")) return await box(request);
    fixture.write({ "b.txt": "b\n" });
    return {
      exitCode: 128,
      stdout: Buffer.alloc(0),
      stderr: "fatal: unable to write new index file",
    };
  };
  await expect(finish(fixture, landing, full)).rejects.toMatchObject({ kind: "gitFailed" });
  expect(stateOf(fixture)).toEqual(before);
});

test("a branch that is not there is refused by name", async () => {
  using fixture = await makeRepository();
  const head = fixture.git("rev-parse", "HEAD");
  const landing = prepare(fixture, head, { targetRef: "refs/heads/nowhere" });
  await expect(landing).rejects.toMatchObject({ kind: "notFound" });
});
