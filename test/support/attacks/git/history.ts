import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec, steps } from "../../steps.ts";
import type { Attack, Ground } from "../attack.ts";
import { boxed, done } from "../life.ts";
import { fresh } from "./hostile.ts";

async function gitFileIsFixed(ground: Ground): Promise<string> {
  const { project } = await fresh(ground);
  const other = await (await ground.daemon()).project();
  await using thread = await project.thread();
  const { worktree } = await thread.ready();
  const before = readFileSync(join(worktree, ".git"), "utf8");
  const aim = `gitdir: ${other.repository.path}/.git`;
  const tries = [
    `echo '${aim}' > .git`,
    "rm -f .git",
    "mv .git elsewhere",
    `ln -sfn ${other.repository.path}/.git .git`,
    `echo x > x && mv -f x .git`,
  ];
  await boxed(thread, `${tries.join("; ")}; echo mine > mine.txt`);
  assert.equal(readFileSync(join(worktree, ".git"), "utf8"), before);
  const head = project.repository.git("log", "-1", "--format=%s", thread.view.thread.branch ?? "");
  assert.notEqual(head, "start", "the turn's commit is not on the thread's branch");
  assert.equal(other.repository.git("log", "--all", "--format=%s"), "start");
  return `${tries.length} ways, the file is read-only`;
}

async function gitDirectoryIsFixed(ground: Ground): Promise<string> {
  const { project } = await fresh(ground);
  await using thread = await project.thread();
  const { worktree } = await thread.ready();
  const own = readFileSync(join(worktree, ".git"), "utf8").replace("gitdir: ", "").trim();
  const files = ["commondir", "gitdir", "HEAD", "index"];
  const read = () => files.map((file) => readFileSync(join(own, file)).toString("base64"));
  const before = read();
  const tries = files.map((file) => `echo /tmp > '${own}/${file}'; rm -f '${own}/${file}'`);
  const said = await boxed(thread, `${tries.join("; ")}; echo x > '${own}/config.worktree'`);
  assert.match(said, /Read-only file system/);
  assert.deepEqual(read(), before);
  assert.ok(!existsSync(join(own, "config.worktree")));
  return `${files.join(", ")} are read-only`;
}

async function historyIsKept(ground: Ground): Promise<string> {
  const { project } = await fresh(ground);
  const { repository } = project;
  repository.git("branch", "precious");
  await using thread = await project.thread();
  const common = join(repository.path, ".git");
  const refs = () =>
    repository.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads");
  await thread.ready();
  const before = refs();
  const tries = [
    `rm -rf '${common}/objects' '${common}/refs' '${common}/packed-refs' '${common}/logs'`,
    "git branch -D precious",
    "git update-ref -d refs/heads/main",
    "git update-ref refs/heads/main $(git commit-tree HEAD^{tree} -m evil)",
    "git gc --prune=now --quiet",
    "git worktree prune; git worktree list",
    "git stash; git reset --hard; git checkout -b evil",
    `echo '${common}' > '${common}/objects/info/alternates'`,
    `git config --file '${common}/config' core.hooksPath .`,
  ];
  await boxed(thread, tries.join("\n"));
  assert.equal(refs(), before);
  assert.equal(repository.git("fsck", "--full", "--no-progress", "--no-dangling"), "");
  assert.ok(!existsSync(join(common, "objects", "info", "alternates")));
  return `${tries.length} ways, objects and refs are as they were`;
}

async function alternatesAreNoWindow(ground: Ground): Promise<string> {
  const { project } = await fresh(ground);
  const { paths, root } = await ground.daemon();
  const alternates = join(project.repository.path, ".git", "objects", "info", "alternates");
  mkdirSync(join(project.repository.path, ".git", "objects", "info"), { recursive: true });
  for (const place of [join(root, "home", ".ssh"), paths.state]) {
    writeFileSync(alternates, `${place}\n`);
    await using thread = await project.thread();
    const turn = await thread.say(steps(exec(`ls -A '${place}'; echo`), { text: "done" }));
    const refused = turn.state === "failed";
    const listed = refused ? "" : thread.lastOutput();
    assert.doesNotMatch(listed, /^(id|heddle\.db)$/m, `the alternates file shows ${place}`);
  }
  return "secret places named there are not shown";
}

async function sharedConfigIsKept(ground: Ground, threads: number): Promise<string> {
  const { project } = await fresh(ground);
  const config = join(project.repository.path, ".git", "config");
  const before = readFileSync(config);
  for (let count = 0; count < threads; count += 1) {
    await using thread = await project.thread();
    await done(thread, exec("git config user.name Mallory; git config --global x.y z; echo > x"));
    await thread.client.call("thread/archive", { threadId: thread.id });
  }
  assert.deepEqual(readFileSync(config), before);
  return `byte for byte the same after ${threads} threads`;
}

/** What stands in .git, and is the user's. */
export const history: readonly Attack[] = [
  { name: "a repointed .git file", run: gitFileIsFixed },
  { name: "a rewritten commondir, HEAD or index", run: gitDirectoryIsFixed },
  { name: "deletion of objects, refs and branches", run: historyIsKept },
  { name: "alternates that point at secrets", run: alternatesAreNoWindow },
  {
    name: "changes of the user's shared configuration",
    run: (ground) => sharedConfigIsKept(ground, 2),
  },
  {
    name: "changes of the user's shared configuration by 100 threads",
    run: (ground) => sharedConfigIsKept(ground, 100),
    slow: true,
  },
];
