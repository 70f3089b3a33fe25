import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan, Review, ThreadId } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, replaceLine, type Step, steps } from "./support/steps.ts";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import { TestThread } from "./support/test-thread.ts";

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
  const file = await heddle(["review", "--commit", "HEAD:a.txt"]);
  expect(file).toMatchObject({ code: 1, stderr: expect.stringContaining("is a blob, not a") });
});

const titles = ["Off by one", "Missing await", "Leaks a handle"];

/** Answers a review for its model, which is not asked by a prompt of ours. */
async function answerReview({ threadId, turnId }: Review): Promise<void> {
  const client = await daemon.client();
  const place = { priority: 1, confidence: 1, path: "a.txt", start: 1, end: 1 };
  const findings = titles.map((title) => ({ ...place, title, body: `${title}.` }));
  const input = { findings, summary: "Looked at it." };
  const text = steps({ calls: [{ tool: "report_findings", input }] });
  await client.call("turn/steer", { threadId, turnId, input: [{ type: "text", text }] });
  await using reviewer = new TestThread(client, threadId);
  await reviewer.ended(turnId);
}

async function reviews(): Promise<Review[]> {
  const client = await daemon.client();
  return (await client.call("review/list", { projectId: project.project.id })).data;
}

async function startReview(threadId: ThreadId): Promise<void> {
  const target = { type: "thread", threadId } as const;
  const params = { projectId: project.project.id, target };
  const client = await daemon.client();
  await answerReview(await client.call("review/start", params));
}

/** What the agent was told last. */
async function told(thread: TestThread, count: number): Promise<string> {
  await thread.until(({ turns }) => turns.length === count);
  const [part] = thread.items("userMessage").at(-1)?.input ?? [];
  return part?.type === "text" ? part.text : "";
}

const change = (from: string, to: string) => steps(replaceLine("a.txt", from, to), { text: "ok" });

test("findings are sent back by the numbers that were shown, and never by those of another list", async () => {
  const thread = await project.thread();
  await thread.say(change("one", "two"));
  const early = await heddle(["review", thread.id, "--fix", "1"]);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no review") });
  await startReview(thread.id);
  const known = (await reviews()).length;
  for (const [words, message] of [
    [[thread.id, "--fix", "foo"], "foo is no list of numbers, such as 1,3"],
    [[thread.id, "--fix", "1,4"], "there is no finding 4: the review has 3"],
    [["--fix", "1,3"], "heddle review THREAD --fix 1,3"],
    [["--uncommitted", "--fix", thread.id], "name the thread to send them to with --to"],
  ] as const) {
    const refused = await heddle(["review", ...words]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  }
  const some = await heddle(["review", thread.id, "--fix", "1, 3"]);
  expect(some).toMatchObject({ code: 0, stderr: expect.stringContaining("sent 2 findings") });
  expect(await told(thread, 2)).toMatch(
    /1\. \[P1\] Off by one .*\nOff by one\.\n\n2\. .* Leaks a handle/,
  );
  const behind = await heddle(["review", "--fix", thread.id]);
  expect(behind).toMatchObject({ code: 0, stderr: expect.stringContaining("sent 3 findings") });
  expect(await reviews()).toHaveLength(known);

  const why = await heddle(["review", "dismiss", thread.id, "2", "It is right."]);
  expect(why.stdout).toContain("(dismissed by heddle: It is right.)");
  const rest = await heddle(["review", thread.id, "--fix"]);
  expect(rest.stderr).toContain("sent 2 findings");
  await thread.until(
    ({ turns }) => turns.length === 4 && turns.every(({ state }) => state === "done"),
  );
  await thread.say(change("two", "three"));
  const late = await heddle(["review", thread.id, "--fix", "1"]);
  expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no review") });
});

test("all findings are sent back of a review that is made for it, where there is none", async () => {
  const thread = await project.thread();
  await thread.say(change("one", "two"));
  const known = (await reviews()).length;
  const ended = heddle(["review", thread.id, "--fix"]);
  let now = await reviews();
  while (now.length === known) now = await reviews();
  await answerReview(now[0] as Review);
  expect(await ended).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("sent 3 findings"),
  });
  expect(await told(thread, 2)).toContain("Missing await");
});

test("work that is not proven goes on by comments, findings and words, held to its plan", async () => {
  const { stdout } = await heddle(["plan", steps(propose), "--json"]);
  const { thread } = JSON.parse(stdout) as { thread: { id: ThreadId } };
  const known = (await reviews()).length;
  const early = await heddle(["review", thread.id, "--fix"]);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining("is not approved") });
  expect(await reviews()).toHaveLength(known);
  await heddle(["plan", "approve", thread.id]);
  const work = steps(replaceLine("a.txt", "one", "two"), { text: "done" });
  expect(await heddle(["implement", thread.id, work])).toMatchObject({ code: 1 });
  await startReview(thread.id);
  await using now = new TestThread(await daemon.client(), thread.id);
  await heddle(["comment", thread.id, "a.txt:1", "why?"]);
  expect(await heddle(["comment", thread.id, "--send"])).toMatchObject({ code: 0 });
  await now.until(({ turns }) => turns.every(({ completedAt }) => completedAt !== null));
  expect(await heddle(["review", thread.id, "--fix", "1"])).toMatchObject({ code: 0 });
  const sent = await heddle(["send", thread.id, "go on"]);
  expect(sent).toMatchObject({ code: 1, stderr: expect.stringContaining("`heddle implement`") });
  await heddle(["implement", thread.id, "go on"]);
  await now.until(({ turns }) => turns.every(({ completedAt }) => completedAt !== null));
  expect(now.view.turns.slice(1).map(({ plan }) => plan?.id)).toEqual(
    Array.from({ length: 4 }, () => now.view.plan?.id),
  );
});

test("comments are listed with all of their place", async () => {
  const thread = await project.thread();
  await thread.say(steps(addFile("my list.txt", "1", "2", "3"), { text: "done" }));
  await heddle(["comment", thread.id, "./my list.txt:2-3", "why?"]);
  const listed = await heddle(["comment", thread.id]);
  expect(listed.stdout).toMatch(/^\w{8} {2}my list\.txt:2-3\n {2}why\?\n$/);
  await thread.say(change("one", "two"));
  const old = await heddle(["comment", thread.id, "a.txt:1", "it was better", "--old"]);
  expect(old.stdout).toContain("a.txt:1  (as it was before)\n");
  const none = await heddle(["comment", thread.id, "a.txt:0", "?"]);
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("expected PATH:LINE") });
});

test("in an attached thread a review shows its findings, and /fix sends them by number", async () => {
  const thread = await project.thread();
  await thread.say(change("one", "two"));
  const env = { ...daemon.env, LC_ALL: "C.UTF-8" };
  const cwd = project.repository.path;
  await using terminal = new Terminal({ args: ["attach", thread.id], cwd, env });
  await terminal.until(/^> ?\n.*implement/m);
  terminal.type("/comment a.txt\r");
  await terminal.until(/a\.txt is no place; expected PATH:LINE/);
  terminal.type("\x15/review commit\r");
  await terminal.until(/say which commit to review/);
  terminal.type("\x15/review\r");
  await terminal.until(/reviewing; follow it with/);
  await answerReview((await reviews())[0] as Review);
  await terminal.until(/3 \[P1\] \S.*a\.txt:1[\s\S]*\/fix sends all of them back/);
  terminal.type("/fix 4\r");
  await terminal.until(/there is no finding 4: the review has 3/);
  terminal.type("\x15/fix 2\r");
  await terminal.until(/sent 1 finding/);
  expect(await told(thread, 2)).toContain("1. [P1] Missing await");
});
