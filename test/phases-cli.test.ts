import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

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
  expect((await heddle(["plan", "approve", thread.id, "--hash", "0000"])).code).toBe(1);
  expect((await heddle(["plan", "approve", thread.id])).stdout).toContain("approved, edited");

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

test("work that leaves its plan waits where nobody can answer, and shows both", async () => {
  const { stdout } = await heddle(["plan", steps(propose), "--json"]);
  const { thread } = JSON.parse(stdout) as { thread: { id: string } };
  await heddle(["plan", "approve", thread.id]);
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
  const whole = (await heddle(["status"])).stdout;
  expect(whole).toMatch(/today +[\d,]+ tokens in/);
  expect(whole).toMatch(/^context +about \d+ of \d+ tokens \(\d+ %\) {2}\w+ Of okapis/m);
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
