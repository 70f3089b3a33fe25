import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../repository.ts";
import { startTestDaemon } from "../../test-daemon.ts";
import type { Attack, Ground } from "../attack.ts";
import { boxed, wholeLife } from "../life.ts";
import { fresh, hostileConfig } from "./hostile.ts";

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
  const { bait } = await fresh(ground);
  const { bait: hook } = await fresh(ground);
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

/** Whatever git would run because a file says so. */
export const settings: readonly Attack[] = [
  { name: "settings that run programs, in the repository opened", run: hostileConfigIsInert },
  { name: "hooks of the repository", run: hooksAreInert },
  { name: "hooks in the tree", run: hooksOfTheTreeAreInert, slow: true },
  {
    name: "filters and drivers that an agent writes into the tree",
    run: filterOfTheTreeIsInert,
    slow: true,
  },
  { name: "a nested repository with hostile settings", run: nestedRepositoriesAreInert },
  { name: "an embedded bare repository", run: embeddedBareIsInert, slow: true },
  { name: "submodules with ext:: and commands", run: submodulesAreInert, slow: true },
  {
    name: "git's variables in the daemon's environment",
    run: daemonEnvironmentIsInert,
    slow: true,
  },
];
