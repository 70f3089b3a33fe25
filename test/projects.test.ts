import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApprovalId, ItemId, newId, ProjectId, TaskId, ThreadId, TurnId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { git, makeRepository } from "./support/repository.ts";
import { exec, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

let daemon: TestDaemon;
let client: HeddleClient;
beforeAll(async () => {
  daemon = await startTestDaemon();
  client = await daemon.client();
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** A directory below the daemon's own temporary one. */
function folder(name: string): string {
  const path = join(daemon.root, name);
  mkdirSync(path);
  return path;
}

const add = (path: string) => client.call("project/add", { path, access: "rw" });

describe("a project is refused, and the message says what to do, when the path", () => {
  test("holds no repository", async () => {
    const path = folder("plain");
    await expect(add(path)).rejects.toMatchObject({
      kind: "notARepository",
      message: expect.stringMatching(/git init/),
    });
  });

  test("does not exist", async () => {
    const path = join(daemon.root, "nowhere");
    await expect(add(path)).rejects.toMatchObject({
      kind: expect.stringMatching(/^(notFound|notARepository)$/),
      message: expect.stringContaining(path),
    });
  });

  test("is a bare repository", async () => {
    const path = folder("bare");
    git(path, "init", "-q", "--bare");
    await expect(add(path)).rejects.toMatchObject({
      kind: "notARepository",
      message: expect.stringMatching(/bare repository.*checkout/),
    });
  });

  test("is a repository without a commit", async () => {
    const path = folder("empty");
    git(path, "init", "-q");
    await expect(add(path)).rejects.toMatchObject({
      kind: "notARepository",
      message: expect.stringMatching(/no commits yet.*git commit/),
    });
  });

  test("is a project already", async () => {
    const { repository, project } = await daemon.project();
    await expect(add(repository.path)).rejects.toMatchObject({
      kind: "conflict",
      details: { projectId: project.id },
    });
  });

  test("is not absolute", async () => {
    await expect(add("src")).rejects.toMatchObject({ kind: "invalidParams" });
  });

  test("is the home directory", async () => {
    const home = daemon.env.HOME ?? "";
    git(home, "init", "-q");
    await expect(add(home)).rejects.toMatchObject({
      kind: expect.stringMatching(/^(notGranted|notARepository)$/),
    });
  });
});

describe("a project", () => {
  test("is found by any path inside its checkout", async () => {
    const { repository, project } = await daemon.project({ "src/deep/a.txt": "a\n" });
    const { project: found } = await client.call("project/read", {
      path: join(repository.path, "src/deep"),
    });
    expect(found).toEqual(project);
    await expect(client.call("project/read", { path: daemon.root })).rejects.toMatchObject({
      kind: "notFound",
      message: expect.stringContaining("heddle project add"),
    });
  });

  test.each([[undefined], ["ro" as const]])(
    "with the access %s starts no thread until it is granted",
    async (access) => {
      using repository = makeRepository();
      const row = await client.call("project/add", {
        path: repository.path,
        ...(access && { access }),
      });
      const start = () => client.call("thread/start", { projectId: row.id, title: "x" });
      await expect(start()).rejects.toMatchObject({
        kind: "notGranted",
        message: expect.stringContaining("heddle project grant"),
      });
      expect(repository.git("worktree", "list").split("\n")).toHaveLength(1);
      await client.call("project/grant", { projectId: row.id, access: "rw" });
      const thread = await daemon.thread(row);
      await thread.ready();
    },
  );

  test("keeps the access that it has when it is granted something else", async () => {
    const { project, repository } = await daemon.project();
    const resource = { kind: "env", value: "EDITOR" } as const;
    const { grants } = await client.call("project/grant", { projectId: project.id, resource });
    expect(grants).toMatchObject([{ kind: "env", value: "EDITOR", access: "ro" }]);
    const { project: after } = await client.call("project/read", { path: repository.path });
    expect(after.access).toBe("rw");
  });

  test("that is removed archives its threads and is forgotten", async () => {
    const { project, repository, thread: start } = await daemon.project();
    const thread = await start();
    await thread.say(steps(exec("echo kept > kept.txt"), { text: "done" }));
    const { archived } = await client.call("project/remove", { projectId: project.id });
    expect(archived).toEqual([thread.id]);
    expect(repository.git("worktree", "list").split("\n")).toHaveLength(1);
    expect(repository.show("kept.txt", `refs/heddle/salvage/${thread.id}`)).toBe("kept");
    await expect(client.call("project/read", { path: repository.path })).rejects.toMatchObject({
      kind: "notFound",
    });
    expect(await add(repository.path)).not.toMatchObject({ id: project.id });
  });

  test("lends its ignored dependencies to the worktrees, which cannot change them", async () => {
    const { repository, thread: start } = await daemon.project({ ".gitignore": "node_modules\n" });
    repository.write({ "node_modules/dep/index.js": "module.exports = 42;\n" });
    const thread = await start();
    await thread.say(
      steps(exec("node -p 'require(\"dep\")'; echo bad > node_modules/dep/index.js"), {
        text: "done",
      }),
    );
    expect(thread.lastOutput()).toMatch(/^42\n.*Read-only file system/s);
    expect((await thread.diff()).files).toEqual([]);
    expect(repository.read("node_modules/dep/index.js")).toBe("module.exports = 42;\n");
  });
});

describe("the settings file of a repository", () => {
  const content = 'checks = ["true"]\nsetup = "echo made > made.txt"\ntarget = "main"\n';

  test("is inert until its content is trusted, and again once it has changed", async () => {
    const {
      repository,
      project,
      thread: start,
    } = await daemon.project({
      ".heddle/config.toml": content,
      ".gitignore": "made.txt\n",
    });
    const read = () => client.call("project/read", { path: repository.path });
    const before = await read();
    expect(before.project.settings).toEqual({});
    expect(before.settingsFile).toMatchObject({ trusted: false, content });
    const untouched = await start();
    await untouched.say(steps(exec("ls"), { text: "done" }));
    expect(untouched.lastOutput()).not.toContain("made.txt");

    const hash = before.settingsFile?.hash ?? "";
    const trusted = await client.call("project/trust", { projectId: project.id, hash });
    expect(trusted.settings).toMatchObject({ checks: ["true"], setup: "echo made > made.txt" });
    expect((await read()).settingsFile).toMatchObject({ trusted: true });
    const prepared = await start();
    await prepared.say(steps(exec("cat made.txt"), { text: "done" }));
    expect(prepared.lastOutput()).toBe("made\n");

    repository.write({ ".heddle/config.toml": 'setup = "echo evil > made.txt"\n' });
    const changed = await read();
    expect(changed.project.settings).toEqual({});
    expect(changed.settingsFile).toMatchObject({ trusted: false });
  });

  test("is not trusted when it is not what was shown", async () => {
    const { project } = await daemon.project({ ".heddle/config.toml": content });
    await expect(
      client.call("project/trust", { projectId: project.id, hash: "0".repeat(64) }),
    ).rejects.toMatchObject({ kind: "staleConsent" });
  });

  test("that is wrong is refused with its line when it is to be trusted", async () => {
    const { repository, project } = await daemon.project({
      ".heddle/config.toml": "\nchecks = 1\n",
    });
    const { settingsFile } = await client.call("project/read", { path: repository.path });
    const hash = settingsFile?.hash ?? "";
    await expect(
      client.call("project/trust", { projectId: project.id, hash }),
    ).rejects.toMatchObject({
      kind: "invalidConfig",
      message: expect.stringContaining(".heddle/config.toml:2: checks:"),
    });
  });

  test("that is a link to somewhere else is not read", async () => {
    const { repository, project } = await daemon.project({ "a.txt": "one\n" });
    writeFileSync(join(daemon.root, "outside.toml"), 'setup = "evil"\n');
    mkdirSync(join(repository.path, ".heddle"));
    symlinkSync(join(daemon.root, "outside.toml"), join(repository.path, ".heddle/config.toml"));
    const answer = await client.call("project/read", { projectId: project.id }).then(
      ({ settingsFile }) => settingsFile,
      ({ kind }) => kind,
    );
    expect(answer).not.toMatchObject({ content: 'setup = "evil"\n' });
  });
});

describe("what does not exist is named:", () => {
  test.each([
    ["thread/read", { threadId: newId(ThreadId) }],
    ["thread/subscribe", { threadId: newId(ThreadId), afterSeq: 0 }],
    ["thread/diff", { threadId: newId(ThreadId) }],
    ["thread/undo", { threadId: newId(ThreadId) }],
    ["thread/archive", { threadId: newId(ThreadId) }],
    ["thread/land", { threadId: newId(ThreadId), treeHash: "0".repeat(40) }],
    ["turn/start", { threadId: newId(ThreadId), input: [{ type: "text", text: "hi" }] }],
    ["turn/interrupt", { turnId: newId(TurnId) }],
    ["item/read", { itemId: newId(ItemId) }],
    ["approval/resolve", { approvalId: newId(ApprovalId), hash: "", answer: { type: "decline" } }],
    ["project/read", { projectId: newId(ProjectId) }],
    ["project/grant", { projectId: newId(ProjectId) }],
    ["project/trust", { projectId: newId(ProjectId), hash: "" }],
    ["project/remove", { projectId: newId(ProjectId) }],
    ["task/create", { projectId: newId(ProjectId), title: "x" }],
    ["thread/start", { projectId: newId(ProjectId), title: "x" }],
  ] as const)("%s", async (method, params) => {
    const [id = ""] = Object.values(params);
    await expect(client.call(method, params as never)).rejects.toMatchObject({
      kind: "notFound",
      message: expect.stringContaining(String(id)),
    });
  });

  test("the task of a thread, and a target branch", async () => {
    const { project } = await daemon.project();
    const start = (more: object) =>
      client.call("thread/start", { projectId: project.id, title: "x", ...more });
    await expect(start({ taskId: newId(TaskId) })).rejects.toMatchObject({ kind: "notFound" });
    await expect(start({ target: "none" })).rejects.toMatchObject({
      kind: "notFound",
      message: expect.stringMatching(/no branch none/),
    });
  });
});

test("lists come in pages, and every row comes once", async () => {
  const { project } = await daemon.project();
  const made = [];
  for (const title of ["a", "b", "c", "d", "e"]) {
    made.push(await client.call("task/create", { projectId: project.id, title }));
  }
  const found = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.call("task/list", {
      projectId: project.id,
      limit: 2,
      ...(cursor ? { cursor } : {}),
    });
    expect(page.data.length).toBeLessThanOrEqual(2);
    found.push(...page.data);
    cursor = page.nextCursor;
  }
  expect(found).toEqual(made.toReversed());
});
