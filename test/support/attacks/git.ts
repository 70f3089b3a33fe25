import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { git } from "../repository.ts";
import { addFile, exec, type Step, steps } from "../steps.ts";
import { startTestDaemon, type TestProject } from "../test-daemon.ts";
import type { AttackGroup, Ground } from "./attack.ts";
import { Bait } from "./bait.ts";
import { boxed, done, wholeLife } from "./life.ts";

let baits = 0;

async function fresh(
  ground: Ground,
  files?: Readonly<Record<string, string>>,
): Promise<{ project: TestProject; bait: Bait }> {
  const daemon = await ground.daemon();
  const bait = new Bait(join(daemon.root, `bait-${++baits}`));
  return { project: await daemon.project(files), bait };
}

/** Every setting by which git runs a program of somebody's choice. */
function hostileConfig({ program }: Bait): Record<string, string> {
  return {
    "core.fsmonitor": program,
    "core.pager": program,
    "core.editor": program,
    "core.sshCommand": program,
    "core.askPass": program,
    "credential.helper": `!${program}`,
    "filter.evil.clean": program,
    "filter.evil.smudge": program,
    "filter.evil.process": program,
    "diff.evil.command": program,
    "diff.evil.textconv": program,
    "diff.external": program,
    "merge.evil.driver": program,
    "gpg.program": program,
    "commit.gpgSign": "true",
    "alias.status": `!${program}`,
    "uploadpack.packObjectsHook": program,
    "sequence.editor": program,
    "interactive.diffFilter": program,
    "trailer.evil.command": program,
    "protocol.ext.allow": "always",
    "remote.origin.url": `ext::${program}`,
  };
}

async function hostileConfigIsInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground, {
    "a.txt": "one\n",
    ".gitattributes": "* filter=evil diff=evil merge=evil\n",
  });
  const { repository } = project;
  const settings = Object.entries(hostileConfig(bait));
  for (const [key, value] of settings) repository.git("config", key, value);
  bait.mustBeTakenBy(() => repository.git("diff", "HEAD~0"));
  bait.mustBeTakenBy(() => git(repository.path, "ls-files", "--modified"));
  await wholeLife(project, "config");
  bait.assertUntouched();
  return `${settings.length} settings, none took effect`;
}

async function hooksAreInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground);
  const { repository } = project;
  const hooks = [
    ...["applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit"],
    ...["prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout"],
    ...["post-merge", "pre-push", "pre-auto-gc", "post-rewrite", "sendemail-validate"],
    ...["fsmonitor-watchman", "post-index-change", "reference-transaction"],
  ];
  mkdirSync(join(repository.path, ".git", "hooks"), { recursive: true });
  for (const hook of hooks) bait.putInto(join(repository.path, ".git", "hooks", hook));
  bait.mustBeTakenBy(() => repository.git("commit", "--allow-empty", "-m", "careless"));
  await wholeLife(project, "hooks");
  bait.assertUntouched();
  return `${hooks.length} hooks, none ran`;
}

async function hooksOfTheTreeAreInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground);
  const { repository } = project;
  const script = `#!/bin/sh\nexec '${bait.program}' "$0"\n`;
  const hooks = ["pre-commit", "post-checkout", "post-commit", "reference-transaction"];
  repository.write(Object.fromEntries(hooks.map((hook) => [`.githooks/${hook}`, script])));
  for (const hook of hooks) chmodSync(join(repository.path, ".githooks", hook), 0o755);
  repository.commit("hooks");
  repository.git("config", "core.hooksPath", ".githooks");
  bait.mustBeTakenBy(() => repository.git("commit", "--allow-empty", "-m", "careless"));
  await wholeLife(project, "tree-hooks");
  bait.assertUntouched();
  return "core.hooksPath in the tree is not followed";
}

async function nestedRepositoriesAreInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground);
  const settings = Object.entries(hostileConfig(bait));
  const configure = settings.map(([key, value]) => `git -C nested config ${key} '${value}'`);
  const nest = ["git init -q nested", "echo x > nested/x.txt", ...configure].join(" && ");
  await using thread = await project.thread();
  const said = await boxed(thread, `${nest} && echo made`);
  assert.match(said, /made/, "the attack did not take place");
  const { worktree } = await thread.ready();
  bait.mustBeTakenBy(() => git(join(worktree, "nested"), "ls-files", "--modified"));
  await thread.diff();
  await wholeLife(project, "nested", nest);
  bait.assertUntouched();
  return "its settings do not reach the daemon's git";
}

async function embeddedBareIsInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground, {
    "docs/HEAD": "ref: refs/heads/main\n",
    "docs/objects/keep": "",
    "docs/refs/keep": "",
    "docs/a.txt": "one\n",
  });
  const { repository } = project;
  const config = `[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\nfsmonitor = ${bait.program}\n`;
  repository.commit("embedded", { "docs/config": config });
  const docs = join(repository.path, "docs");
  bait.mustBeTakenBy(() => git(docs, "status"));
  await using thread = await project.thread();
  await boxed(thread, "cd docs && git status; git ls-files --others; echo two > a.txt");
  await wholeLife(project, "bare");
  bait.assertUntouched();
  return "safe.bareRepository=explicit";
}

async function submodulesAreInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground);
  const { repository } = project;
  const head = repository.git("rev-parse", "HEAD");
  repository.write({
    ".gitmodules": `[submodule "s"]\n\tpath = s\n\turl = ext::${bait.program}\n`,
  });
  repository.git("update-index", "--add", "--cacheinfo", `160000,${head},s`);
  repository.git("add", ".gitmodules");
  repository.git("commit", "-q", "-m", "submodule");
  repository.git("config", "submodule.recurse", "true");
  repository.git("config", "submodule.s.url", `ext::${bait.program}`);
  repository.git("config", "protocol.ext.allow", "always");
  bait.mustBeTakenBy(() =>
    repository.git("-c", "protocol.ext.allow=always", "submodule", "update", "--init"),
  );
  await wholeLife(project, "submodule");
  bait.assertUntouched();
  return "none is initialised or updated";
}

async function daemonEnvironmentIsInert(ground: Ground): Promise<string> {
  const outer = await ground.daemon();
  const bait = new Bait(join(outer.root, `bait-${++baits}`));
  const hook = new Bait(join(outer.root, `bait-${++baits}`));
  const env = {
    GIT_DIR: "/nonexistent",
    GIT_INDEX_FILE: "/nonexistent/index",
    GIT_EXTERNAL_DIFF: bait.program,
    GIT_SSH_COMMAND: hook.program,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: bait.program,
  };
  await using daemon = await startTestDaemon({ env });
  await wholeLife(await daemon.project(), "environment");
  bait.assertUntouched();
  hook.assertUntouched();
  return `${Object.keys(env).length} variables, none is handed on`;
}

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

async function namesAreNoArguments(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground);
  const titles = [
    `--upload-pack=${bait.program}`,
    "-f --force -D main",
    `$(${bait.program})`,
    `\`${bait.program}\`; ${bait.program}`,
    "../../../../outside",
    "refs/heads/main",
    "HEAD",
    "@{-1}",
    "a..b ~^:?*[\\",
    ".lock/.git",
  ];
  for (const title of titles) {
    await using thread = await project.thread({ title });
    const { branch, worktree } = await thread.ready();
    assert.match(branch ?? "", /^heddle\/[a-z0-9][a-z0-9-]*$/, title);
    assert.ok(worktree.startsWith(join((await ground.daemon()).paths.state, "worktrees")));
    await thread.client.call("thread/archive", { threadId: thread.id });
  }
  const client = await (await ground.daemon()).client();
  for (const target of ["--output=/tmp/x", "-x", "main\n--force", "a b", "x..y", "refs/../x"]) {
    const path = project.repository.path;
    const add = client.call("project/add", { path, settings: { target } });
    await assert.rejects(add, { kind: "invalidParams" }, `the target ${target}`);
  }
  bait.assertUntouched();
  assert.equal(project.repository.git("rev-parse", "--abbrev-ref", "HEAD"), "main");
  return `${titles.length} titles and 6 targets stay names`;
}

function raw(...lines: string[]): Step {
  const input = ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
  return { calls: [{ tool: "apply_patch", input }] };
}

async function patchesStayInside(ground: Ground): Promise<string> {
  const { project } = await fresh(ground, { "a.txt": "one\n", "d/b.txt": "one\n" });
  const { root } = await ground.daemon();
  const { repository } = project;
  symlinkSync(root, join(repository.path, "out"));
  symlinkSync(join(repository.path, ".git"), join(repository.path, "dot"));
  repository.commit("links");
  await using thread = await project.thread();
  const { worktree } = await thread.ready();
  const targets = [
    "../evil.txt",
    "d/../../evil.txt",
    "./d/./../../../evil.txt",
    join(root, "evil.txt"),
    `${worktree}-evil/evil.txt`,
    "out/evil.txt",
    "dot/hooks/pre-commit",
    "dot/evil.txt",
    ".git",
    ".git/hooks/pre-commit",
    ".GIT/evil.txt",
    ".Git/evil.txt",
    "d/.git/evil.txt",
    "git~1/evil.txt",
    ".git\u200c/evil.txt",
    "evil\u0000.txt",
  ];
  const seen = () => [readdirSync(root), readdirSync(join(repository.path, ".git"))];
  const before = seen();
  await done(
    thread,
    ...targets.map((target) => addFile(target, "evil")),
    raw(`*** Update File: a.txt`, "*** Move to: ../evil.txt", "@@", "-one", "+evil"),
    raw(`*** Update File: a.txt`, "*** Move to: .git/evil.txt", "@@", "-one", "+evil"),
    raw(`*** Delete File: ../../config.toml`),
    raw(`*** Delete File: .git`),
    addFile("inside.txt", "the control"),
  );
  const { files } = await thread.diff();
  assert.deepEqual(
    files.map(({ path }) => path),
    ["inside.txt"],
  );
  assert.deepEqual(seen(), before);
  assert.ok(lstatSync(join(worktree, ".git")).isFile());
  return `${targets.length + 4} patches refused, the control was taken`;
}

async function filterOfTheTreeIsInert(ground: Ground): Promise<string> {
  const { project, bait } = await fresh(ground);
  const attributes = "* filter=evil diff=evil merge=evil -text ident\n*.txt export-subst\n";
  const config = Object.entries(hostileConfig(bait));
  const write = config.map(([key, value]) => `git config --file .gitconfig ${key} '${value}'`);
  const cmd = [`printf '${attributes}' > .gitattributes`, ...write, "cp .gitconfig .git-config"];
  await wholeLife(project, "attributes", cmd.join("; "));
  bait.assertUntouched();
  return "attributes that an agent wrote name no program of ours";
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

/** What a repository, or an agent in its worktree, can make git do. */
export const gitAttacks: AttackGroup = {
  name: "git",
  attacks: [
    { name: "settings that run programs, in the repository opened", run: hostileConfigIsInert },
    { name: "hooks of the repository", run: hooksAreInert },
    { name: "hooks in the tree", run: hooksOfTheTreeAreInert },
    { name: "filters and drivers that an agent writes into the tree", run: filterOfTheTreeIsInert },
    { name: "a nested repository with hostile settings", run: nestedRepositoriesAreInert },
    { name: "an embedded bare repository", run: embeddedBareIsInert },
    { name: "submodules with ext:: and commands", run: submodulesAreInert },
    { name: "git's variables in the daemon's environment", run: daemonEnvironmentIsInert },
    { name: "a repointed .git file", run: gitFileIsFixed },
    { name: "a rewritten commondir, HEAD or index", run: gitDirectoryIsFixed },
    { name: "deletion of objects, refs and branches", run: historyIsKept },
    { name: "alternates that point at secrets", run: alternatesAreNoWindow },
    { name: "titles and branch names that look like arguments", run: namesAreNoArguments },
    { name: "patches with .., absolute paths, .GIT/ and links", run: patchesStayInside },
    {
      name: "changes of the user's shared configuration",
      run: (ground) => sharedConfigIsKept(ground, 2),
    },
    {
      name: "changes of the user's shared configuration by 100 threads",
      run: (ground) => sharedConfigIsKept(ground, 100),
      slow: true,
    },
  ],
};
