import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, replaceLine, type Step, steps } from "./support/steps.ts";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "a.txt": "one\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program against the daemon of this file, in the project's own folder. */
function heddle(args: readonly string[], more: { env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(
    process.execPath,
    [program, ...args],
    { env: { ...daemon.env, ...more.env }, cwd: project.repository.path },
    (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

const content = {
  goal: "Say two.",
  steps: ["Say it"],
  files: ["a.txt"],
  lineBudget: 4,
};
const propose: Step = { calls: [{ tool: "propose_plan", input: content }] };

test("a plan goes from the task over an editor and an approval to the work and its report", async () => {
  const planned = await heddle(["plan", steps(propose), "--json"]);
  expect(planned.code).toBe(0);
  const { thread } = JSON.parse(planned.stdout) as { thread: { id: string } };
  const unapproved = await heddle(["implement", thread.id]);
  expect(unapproved).toMatchObject({ code: 1 });
  expect(unapproved.stderr).toContain("is not approved");

  const editor = join(daemon.root, "editor.sh");
  writeFileSync(editor, 'sed -i "s/^4$/6/; s/^- Say it$/- Say two/" "$1"\n');
  const edited = await heddle(["plan", "edit", thread.id], { env: { EDITOR: `sh ${editor}` } });
  expect(edited.stdout).toMatch(
    /proposed, edited 1 time.*\n.*\n {2}1\. Say two\n(.*\n)+.*at most 6/,
  );
  const broken = await heddle(["plan", "edit", thread.id], { env: { EDITOR: "truncate -s 0" } });
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining("no plan any more") });
  const approve = ["plan", "approve", thread.id];
  expect((await heddle([...approve, "--hash", "00000000"])).code).toBe(1);
  const [, hash = ""] = /^proposed.* (\w{12})\n/.exec(edited.stdout) ?? [];
  expect((await heddle([...approve, "--hash", hash])).stdout).toContain("approved, edited");

  const done = {
    calls: [{ tool: "update_plan", input: { plan: [{ step: "Say two", status: "completed" }] } }],
  };
  const work = steps(replaceLine("a.txt", "one", "two"), done, { text: "done" });
  const implemented = await heddle(["implement", thread.id, work]);
  expect(implemented.code).toBe(0);
  expect(implemented.stdout).toContain(
    "changed 1 file, 2 of 6 lines\n  +1 -1  a.txt\nnothing is left",
  );
  const shown = await heddle(["plan", "show", thread.id, "--json"]);
  expect(JSON.parse(shown.stdout)).toMatchObject({ state: "implemented", version: 2 });
});

/** A thread with a plan that waits for somebody. */
async function planned(proposed: object = content): Promise<TestThread> {
  const thread = await project.thread();
  await thread.say(steps({ calls: [{ tool: "propose_plan", input: proposed }] }), { mode: "plan" });
  return thread;
}

function planOf({ client, id: threadId }: TestThread): Promise<Plan> {
  return client.call("plan/show", { threadId });
}

test("a plan is approved by who has seen it, or names it: an empty name is none", async () => {
  const thread = await planned();
  const { hash } = await planOf(thread);
  const approve = ["plan", "approve", thread.id];
  const unseen = await heddle(approve);
  expect(unseen).toMatchObject({ code: 2, stderr: expect.stringContaining("--hash or --yes") });
  for (const short of ["", hash.slice(0, 7)]) {
    const refused = await heddle([...approve, "--hash", short]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("at least 8") });
  }
  expect((await planOf(thread)).state).toBe("proposed");
  const { path: cwd } = project.repository;
  await using terminal = new Terminal({ args: approve, cwd, env: daemon.env, columns: 160 });
  await terminal.until(/Say two\.[\s\S]*approve this plan\? \[y\/N\]/);
  const { client, id: threadId } = thread;
  await client.call("plan/edit", { threadId, hash, content: { ...content, goal: "Other." } });
  terminal.type("y\n");
  expect(await terminal.ended).toBe(1);
  expect(terminal.everything).toMatch(/has changed since it was shown/);
  expect(await planOf(thread)).toMatchObject({ state: "proposed", content: { goal: "Other." } });
});

test("an editor that changes nothing changes no plan, whatever the plan says", async () => {
  const odd = {
    goal: "Say two.\n# Steps\n- none",
    steps: ["Do one\nand more"],
    checks: ['node -e "\nconsole.log(1)\n- x\n"'],
  };
  const thread = await planned({ ...content, ...odd });
  await heddle(["plan", "approve", thread.id, "--yes"]);
  const before = await planOf(thread);
  const edited = await heddle(["plan", "edit", thread.id], { env: { EDITOR: "true" } });
  expect(edited).toMatchObject({ code: 0, stderr: "the plan was not changed\n" });
  expect(await planOf(thread)).toEqual(before);
});

test("what was written into a plan is kept where it cannot be saved, and is taken up from there", async () => {
  const thread = await planned();
  const edit = ["plan", "edit", thread.id];
  const wrong = await heddle(edit, { env: { EDITOR: 'sed -i "s/^4$/ten/; s/Say two/Say ten/"' } });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("got `ten`") });
  const [, file = ""] = /is kept in (\S+);/.exec(wrong.stderr) ?? [];
  writeFileSync(file, readFileSync(file, "utf8").replace("\nten\n", "\n10\n"));
  expect(await heddle([...edit, "--file", file])).toMatchObject({ code: 0 });
  const saved = await planOf(thread);
  expect(saved.content).toMatchObject({ goal: "Say ten.", lineBudget: 10 });

  const editor = join(daemon.root, "meanwhile.sh");
  writeFileSync(editor, `sed -i s/^10$/11/ "$1"; cat ${editor}.go\n`);
  execFileSync("mkfifo", [`${editor}.go`]);
  const late = heddle(edit, { env: { EDITOR: `sh ${editor}` } });
  const go = await open(`${editor}.go`, "w");
  const { client, id: threadId } = thread;
  const meanwhile = { ...saved.content, goal: "Theirs." };
  await client.call("plan/edit", { threadId, hash: saved.hash, content: meanwhile });
  await go.close();
  expect(await late).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/has changed since it was shown[\s\S]*is kept in/),
  });
});

test("an editor is not opened for a plan that is decided", async () => {
  const thread = await planned();
  const { client, id: threadId } = thread;
  const { hash } = await planOf(thread);
  await client.call("plan/reject", { threadId, hash });
  const edited = await heddle(["plan", "edit", thread.id], {
    env: { EDITOR: "touch opened; true" },
  });
  expect(edited).toMatchObject({ code: 1, stderr: expect.stringContaining("is rejected") });
  expect(existsSync(join(project.repository.path, "opened"))).toBe(false);
});

test("work that leaves its plan waits where nobody can answer, and shows both", async () => {
  const { stdout } = await heddle(["plan", steps(propose), "--json"]);
  const { thread } = JSON.parse(stdout) as { thread: { id: string } };
  await heddle(["plan", "approve", thread.id, "--yes"]);
  const beside = steps(addFile("b.txt", "x"));
  const { code, stderr } = await heddle(["implement", thread.id, beside, "--no-input"]);
  expect(code).toBe(75);
  expect(stderr).toContain("plan     a.txt; at most 4 lines");
  expect(stderr).toContain("+1 -0  b.txt  not in the plan");
  expect(stderr).toMatch(/heddle approve \w{8}/);
});

test("a thread is found by its words, written down and gone on from", async () => {
  const thread = await project.thread({ title: "Of okapis" });
  const turn = await thread.say(steps(addFile("o.txt", "o"), { text: "The okapi is striped." }));
  const found = await heddle(["history", "okapi", "striped"]);
  expect(found.stdout).toContain("Of okapis\n  The okapi is striped.");
  const written = await heddle(["history", "export", thread.id]);
  expect(written.stdout).toMatch(
    /^# Of okapis\n(.*\n)+## Turn 1\n(.*\n)+The okapi is striped\.\n$/,
  );
  const { turns } = JSON.parse((await heddle(["history", "export", thread.id, "--json"])).stdout);
  expect(turns).toMatchObject([{ id: turn.id, items: [{}, { type: "fileChange" }, {}] }]);
  const forked = await heddle(["fork", thread.id, "--turn", turn.id.slice(-8)]);
  expect(forked.stdout).toMatch(/^thr_/);
  const status = await heddle(["status", thread.id]);
  expect(status.stdout).toMatch(/model +local\/scripted\ncontext +about \d+ of \d+ tokens/);
  expect((await heddle(["status"])).stdout).toMatch(/today +[\d,]+ tokens in/);
});

test("a review says what to say, and its findings are an exit code", async () => {
  const nothing = await heddle(["review"]);
  expect(nothing).toMatchObject({ code: 2 });
  expect(nothing.stderr).toContain("say what to review");
  const both = await heddle(["review", "--uncommitted", "--branch", "x"]);
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("one thing at a time") });
  const gone = await heddle(["review", "--branch", "gone"]);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("no branch gone") });
});
