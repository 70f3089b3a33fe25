import assert from "node:assert/strict";
import { lstatSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { addFile, type Step } from "../../steps.ts";
import type { Attack, Ground } from "../attack.ts";
import { done } from "../life.ts";
import { fresh } from "./hostile.ts";

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

/** Names and paths that mean more than they should. */
export const paths: readonly Attack[] = [
  { name: "titles and branch names that look like arguments", run: namesAreNoArguments },
  { name: "patches with .., absolute paths, .GIT/ and links", run: patchesStayInside },
];
