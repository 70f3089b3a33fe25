import { existsSync, linkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Thread, Turn } from "@heddle/protocol";
import { addFile, exec, type Step, steps } from "../steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "../test-daemon.ts";
import type { TestThread } from "../test-thread.ts";
import type { Campaign, Fault, FaultResult } from "./fault.ts";

const done: Step = { text: "done" };
const files = { "a.txt": "one\n", "b.txt": "two\n", "c/d.txt": "three\n" };
/** Runs until the file `go` appears, or the worktree is gone. */
const held = exec("echo held; while test -e a.txt && ! test -e go; do sleep 0.02; done");

type Round = (at: { daemon: TestDaemon; project: TestProject; round: number }) => Promise<void>;

/** Does the same so often in one project; what a round throws is a broken promise. */
async function rounds({ count }: Campaign, round: Round): Promise<FaultResult> {
  const broken: string[] = [];
  await using daemon = await startTestDaemon();
  const project = await daemon.project(files);
  for (let at = 0; at < count; at += 1) {
    await round({ daemon, project, round: at }).catch((error: unknown) => {
      broken.push(`round ${at}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  return { figures: { rounds: count, broken: broken.length }, broken };
}

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function worked(project: TestProject): Promise<{ thread: TestThread; commit: string }> {
  const thread = await project.thread();
  const { commit } = await thread.say(steps(addFile("kept.txt", "kept"), done));
  return { thread, commit: commit ?? "none" };
}

function expectDetached({ state, failure }: Turn, thread: TestThread): void {
  const told = failure?.kind === "detached" && failure.message.includes("relink");
  expectThat(state === "failed" && told, `the turn is ${state}: ${JSON.stringify(failure)}`);
  const { status } = thread.view.thread;
  expectThat(status === "detached", `the thread is ${status}`);
}

async function relink({ client, view }: TestThread, path?: string): Promise<void> {
  const { projectId } = view.thread;
  const { lost } = await client.call("project/relink", { projectId, ...(path && { path }) });
  expectThat(lost.length === 0, `lost: ${JSON.stringify(lost)}`);
}

/** The thread works again, and has what it had committed. */
async function expectWhole(thread: TestThread): Promise<void> {
  const turn = await thread.say(steps(exec("cat kept.txt; echo x >> more.txt"), done));
  expectThat(turn.state === "done" && turn.commit !== null, `the turn is ${turn.state}`);
  expectThat(thread.lastOutput() === "kept\n", `kept.txt is ${thread.lastOutput()}`);
  await thread.until(({ thread: { status } }) => status === "idle");
}

async function archive(thread: TestThread): Promise<string | null> {
  const { salvage } = await thread.client.call("thread/archive", { threadId: thread.id });
  return salvage;
}

/** The commit, or what it holds, is under the ref. */
function expectKept({ repository }: TestProject, commit: string, ref: string | null): void {
  expectThat(ref !== null, "nothing was salvaged");
  repository.git("merge-base", "--is-ancestor", commit, ref ?? "");
}

const removedIdle: Round = async ({ project, round }) => {
  const { thread, commit } = await worked(project);
  const { worktree } = await thread.ready();
  rmSync(worktree, { recursive: true });
  expectDetached(await thread.say("[[say n=1]]"), thread);
  if (round % 2 === 0) {
    await relink(thread);
    await expectWhole(thread);
  }
  expectKept(project, commit, await archive(thread));
};

const removedRunning: Round = async ({ project }) => {
  const { thread, commit } = await worked(project);
  const { worktree } = await thread.ready();
  const { id } = await thread.send(steps(held, exec("true"), done));
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
  rmSync(worktree, { recursive: true });
  expectDetached(await thread.ended(id), thread);
  expectKept(project, commit, await archive(thread));
};

const repositoryMoved: Round = async ({ daemon, round }) => {
  const project = await daemon.project(files);
  const { thread } = await worked(project);
  const { path } = project.repository;
  const away = `${path}-moved`;
  renameSync(path, away);
  expectDetached(await thread.say("[[say n=1]]"), thread);
  const refused = await thread.diff().then(
    () => "it was shown",
    (error: { kind?: string }) => error.kind,
  );
  expectThat(refused === "detached", `the diff: ${refused}`);
  if (round % 2 === 0) renameSync(away, path);
  else await relink(thread, away);
  await expectWhole(thread);
  const { state } = await thread.land();
  expectThat(state === "landed", `the landing was ${state}`);
  if (round % 2 === 1) renameSync(away, path);
};

const branchDeleted: Round = async ({ project, round }) => {
  const { thread, commit } = await worked(project);
  const { branch, worktree } = await thread.ready();
  writeFileSync(join(worktree, "dirty.txt"), "dirty\n");
  project.repository.git("update-ref", "-d", `refs/heads/${branch}`);
  expectDetached(await thread.say("[[say n=1]]"), thread);
  if (round % 2 === 0) {
    await relink(thread);
    await expectWhole(thread);
  }
  const ref = await archive(thread);
  expectKept(project, commit, ref);
  project.repository.show("dirty.txt", ref ?? "");
};

/** Somebody else commits to the branch, or takes it back: the thread goes on from there. */
const branchMoved: Round = async ({ project, round }) => {
  const { thread, commit } = await worked(project);
  const { worktree } = await thread.ready();
  const args =
    round % 2 === 0 ? ["commit", "-q", "--allow-empty", "-m", "by hand"] : ["reset", "-q", "HEAD~"];
  project.repository.git("-C", worktree, ...args);
  await expectWhole(thread);
  const ref = await archive(thread);
  if (round % 2 === 0) expectKept(project, commit, ref);
  expectThat(project.repository.show("kept.txt", ref ?? "") === "kept", "kept.txt is lost");
};

const foreignLock: Round = async ({ project }) => {
  const { thread } = await worked(project);
  const lock = join(
    project.repository.path,
    ".git",
    "worktrees",
    nameOf(thread.view.thread),
    "index.lock",
  );
  writeFileSync(lock, "somebody else's");
  await expectWhole(thread);
  await thread.client.call("thread/undo", { threadId: thread.id });
  expectThat((await thread.diff()).files.length === 1, "the undo left more than the first turn");
  const { state, failure } = await thread.land();
  expectThat(state === "landed", `the landing was ${state}: ${failure?.message}`);
  await thread.until(({ thread: { status } }) => status === "idle");
  expectThat(existsSync(lock), "somebody else's lock was removed");
  rmSync(join(project.repository.path, "kept.txt"));
  project.repository.commit("once more");
};

function nameOf({ branch }: Thread): string {
  return branch?.replace("heddle/", "") ?? "";
}

/** As a daemon leaves it that is killed between linking its copy of the index and renaming it. */
const ownLock: Round = async ({ daemon, project }) => {
  const { thread } = await worked(project);
  const gitDir = join(project.repository.path, ".git", "worktrees", nameOf(thread.view.thread));
  const { id } = await thread.send(steps(held, done));
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
  await daemon.kill9();
  const copy = join(gitDir, "heddle-index-00000000-0000-4000-8000-000000000000");
  writeFileSync(copy, "an index");
  linkSync(copy, join(gitDir, "index.lock"));
  await daemon.restart();
  await thread.ended(id);
  const left = [copy, join(gitDir, "index.lock")].filter((file) => existsSync(file));
  expectThat(left.length === 0, `left: ${left.map((file) => file.slice(dirname(gitDir).length))}`);
  await expectWhole(thread);
};

/** Every kind of change that a tree can hold uncommitted, at random. */
async function dirtyTrees({ count, random }: Campaign): Promise<FaultResult> {
  const broken: string[] = [];
  await using daemon = await startTestDaemon();
  const project = await daemon.project(files);
  for (let at = 0; at < count; at += 1) {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    const expected = soil(worktree, random, at);
    const ref = await archive(thread);
    const found = contentOf(project, ref);
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      broken.push(`tree ${at}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
    }
    if (existsSync(worktree)) broken.push(`tree ${at}: its worktree is still there`);
    await thread[Symbol.asyncDispose]();
  }
  return { figures: { trees: count, recovered: count - broken.length }, broken };
}

type Tree = Record<string, string>;

/** Changes files by hand, and answers with all that the tree holds then. */
function soil(worktree: string, random: () => number, at: number): Tree {
  const tree: Tree = { ...files };
  const write = (path: string, text: string) => {
    writeFileSync(join(worktree, path), text);
    tree[path] = text;
  };
  write(`new-${at}.txt`, `${random()}\n`);
  if (random() < 0.5) write("a.txt", `changed ${at}\n`);
  if (random() < 0.5) write(`c/ü ${at}.txt`, "not ascii\n");
  if (random() < 0.3) {
    rmSync(join(worktree, "b.txt"));
    delete tree["b.txt"];
  }
  return sorted(tree);
}

function contentOf({ repository }: TestProject, ref: string | null): Tree {
  if (ref === null) return {};
  const names = repository
    .git("ls-tree", "-r", "-z", "--name-only", ref)
    .split("\0")
    .filter(Boolean);
  return sorted(Object.fromEntries(names.map((name) => [name, `${repository.show(name, ref)}\n`])));
}

function sorted(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const fault = (name: string, promise: string, round: Round, shortCount = 1): Fault => ({
  name,
  promise,
  count: 20,
  shortCount,
  run: (campaign) => rounds(campaign, round),
});

const keeps = "the thread is detached, says so, and its commits are kept";

/** What people do to worktrees and repositories behind the daemon's back. */
export const worktreeFaults: readonly Fault[] = [
  fault("a worktree removed by hand", `${keeps}; it can be linked again, or archived`, removedIdle),
  fault("a worktree removed while a turn runs", keeps, removedRunning),
  fault(
    "a repository moved",
    `${keeps}; it heals when moved back, or linked again`,
    repositoryMoved,
  ),
  fault(
    "a branch deleted by hand",
    `${keeps}; it can be linked again, or archived`,
    branchDeleted,
    0,
  ),
  fault(
    "a branch moved by hand",
    "the thread goes on from there, and nothing is lost",
    branchMoved,
    0,
  ),
  fault("an index.lock of somebody else's", "work goes on, and the lock stays", foreignLock, 0),
  fault("an index.lock of our own", "it is removed at the next start", ownLock),
  {
    name: "dirty trees cleaned up",
    promise: "all of a tree is recovered from its salvage ref",
    count: 100,
    shortCount: 3,
    run: dirtyTrees,
  },
];
