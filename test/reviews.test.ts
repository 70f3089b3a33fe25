import type { ReportedFinding, Review, ReviewTarget } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
const code = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`).join("\n");
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "a.txt": `${code}\n`, "b.txt": "b\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const finding = (more: Partial<ReportedFinding> = {}): ReportedFinding => ({
  title: "The line is wrong",
  body: "It should say ten.",
  priority: 1,
  confidence: 0.9,
  path: "a.txt",
  start: 10,
  end: 10,
  ...more,
});

const report = (...findings: ReportedFinding[]): Step => ({
  calls: [{ tool: "report_findings", input: { findings, summary: "Looked at it." } }],
});

/** The reviewer's prompt is Heddle's own: what it answers has to be steered from outside. */
async function review(target: ReviewTarget, ...responses: Step[]): Promise<Review> {
  const client = await daemon.client();
  const { id, threadId, turnId } = await client.call("review/start", {
    projectId: project.project.id,
    target,
  });
  await client.call("turn/steer", {
    threadId,
    turnId,
    input: [{ type: "text", text: steps(...responses) }],
  });
  await using thread = new TestThread(client, threadId);
  await thread.ended(turnId);
  return await client.call("review/read", { reviewId: id });
}

describe("a review", () => {
  test("sees nothing but the change, and cannot write", async () => {
    const thread = await project.thread({ title: "Ten" });
    await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
    const done = await review(
      { type: "thread", threadId: thread.id },
      exec("echo x > a.txt; cat a.txt | sed -n 10p"),
      report(finding()),
    );
    expect(done).toMatchObject({ state: "done", summary: "Looked at it.", outside: 0 });
    expect(done.findings).toMatchObject([{ title: "The line is wrong", merged: 0 }]);
    const requests = daemon.model.requests().filter(({ cacheKey }) => cacheKey === done.threadId);
    expect(requests[0]?.tools.map(({ name }) => name)).not.toContain("apply_patch");
    const said = JSON.stringify(requests.at(-1)?.items);
    expect(said).toMatch(/It was made for this task: Ten/);
    expect(said).toContain("+line ten");
    expect(said).toMatch(/Read-only file system/);
    expect(said).toMatch(/line ten/);
  });

  test("keeps what the diff shows, once, the most urgent first", async () => {
    const thread = await project.thread();
    await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
    const { findings, outside } = await review(
      { type: "thread", threadId: thread.id },
      report(
        finding({ priority: 2, title: "This line is wrong" }),
        finding({ priority: 0, start: 9, end: 11 }),
        finding({ title: "A name is odd", priority: 3 }),
        finding({ start: 20, end: 20 }),
        finding({ path: "b.txt", start: 1, end: 1 }),
      ),
    );
    expect(outside).toBe(2);
    expect(findings.map(({ title, priority, merged }) => [title, priority, merged])).toEqual([
      ["The line is wrong", 0, 1],
      ["A name is odd", 3, 0],
    ]);
  });

  test("looks at what is not committed, at a branch, and at a commit", async () => {
    const { repository } = project;
    repository.git("switch", "-q", "-c", "topic");
    const commit = repository.commit("topic", { "topic.txt": "one\ntwo\n" });
    repository.git("switch", "-q", "main");
    repository.write({ "new.txt": "not committed\n" });
    const found = finding({ path: "topic.txt", start: 2, end: 2 });
    for (const target of [
      { type: "branch", branch: "topic" },
      { type: "commit", commit },
      { type: "commit", commit: "topic~0" },
    ] as const) {
      const done = await review(target, report(found));
      expect(done.findings).toHaveLength(1);
      expect(done.target).toEqual(target.type === "commit" ? { ...target, commit } : target);
    }
    const place = { path: "new.txt", start: 1, end: 1 };
    const open = await review({ type: "uncommitted" }, report(finding(place)));
    expect(open.findings).toHaveLength(1);
    expect(repository.git("status", "--porcelain")).toBe("?? new.txt");
    repository.git("clean", "-fdq");
  });

  test.each<[ReviewTarget, RegExp]>([
    [{ type: "branch", branch: "gone" }, /has no branch gone to review/],
    [{ type: "commit", commit: "0123456789" }, /there is no commit 0123456789/],
    [{ type: "uncommitted" }, /there is nothing to review: what is not committed/],
    [{ type: "branch", branch: "main" }, /there is nothing to review: the branch main/],
  ])("of %j is refused", async (target, message) => {
    const client = await daemon.client();
    const params = { projectId: project.project.id, target };
    await expect(client.call("review/start", params)).rejects.toMatchObject({
      kind: "notFound",
      message: expect.stringMatching(message),
    });
  });

  test("that reports nothing has failed; its thread is put away in any case", async () => {
    const thread = await project.thread();
    await thread.say(steps(addFile("c.txt", "c"), { text: "done" }));
    const done = await review({ type: "thread", threadId: thread.id }, { text: "fine" });
    expect(done).toMatchObject({ state: "failed", failure: { message: /without a report/ } });
    await using reviewer = new TestThread(thread.client, done.threadId);
    await reviewer.until(({ thread: row }) => row.status === "archived");
    const { data } = await thread.client.call("thread/list", { projectId: project.project.id });
    expect(data.map(({ id }) => id)).not.toContain(done.threadId);
  });

  test("sends chosen findings back to a thread", async () => {
    const thread = await project.thread();
    await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
    const { id: reviewId, findings } = await review(
      { type: "thread", threadId: thread.id },
      report(finding({ title: "Mend this" }), finding({ title: "Leave that alone", priority: 3 })),
    );
    const params = { reviewId, threadId: thread.id, findings: [findings[0]?.id ?? ("" as never)] };
    const { id } = await thread.client.call("review/fix", params);
    await thread.ended(id);
    const told = thread.items("userMessage").at(-1)?.input[0];
    const text = told?.type === "text" ? told.text : "";
    expect(text).toContain("1. [P1] Mend this (a.txt:10)");
    expect(text).not.toContain("Leave that alone");
  });
});

test("a review is the newest of what its thread is now, until that changes", async () => {
  const thread = await project.thread();
  const { client } = thread;
  const target = { type: "thread", threadId: thread.id } as const;
  const newest = async () =>
    (await client.call("review/newest", { projectId: project.project.id, target })).review;
  await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
  expect(await newest()).toBeNull();
  await review(target, report(finding()));
  await review(target, { text: "fine" });
  const done = await review(target, report(finding({ title: "Another" })));
  await review(target, { text: "fine" });
  expect(await newest()).toEqual(done);
  await thread.say(steps(replaceLine("a.txt", "line ten", "line X"), { text: "done" }));
  expect(await newest()).toBeNull();
});

test("comments and findings go on with a plan that is approved, and are held to it", async () => {
  const thread = await project.thread();
  const { client, id: threadId } = thread;
  await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
  const { id: reviewId } = await review({ type: "thread", threadId }, report(finding()));
  const plan = { goal: "Say ten.", steps: ["Say it"], files: ["a.txt"], lineBudget: 4 };
  const propose: Step = { calls: [{ tool: "propose_plan", input: plan }] };
  await thread.say(steps(propose), { mode: "plan" });
  const { hash, id } = await client.call("plan/show", { threadId });
  await client.call("plan/approve", { threadId, hash });
  await client.call("comment/add", { threadId, path: "a.txt", start: 10, text: "why?" });
  const bare = [
    () => client.call("comment/send", { threadId }),
    () => client.call("review/fix", { reviewId, threadId }),
    () => client.call("turn/start", { threadId, input: [{ type: "text", text: "go on" }] }),
  ];
  for (const call of bare) {
    await expect(call()).rejects.toMatchObject({
      kind: "planRequired",
      message: expect.stringContaining("`heddle implement`"),
    });
  }
  const planHash = hash;
  await expect(
    client.call("comment/send", { threadId, planHash: "0".repeat(64) }),
  ).rejects.toMatchObject({ kind: "stalePlan" });
  const { turn } = await client.call("comment/send", { threadId, planHash });
  expect(turn.plan).toEqual({ id, hash });
  await thread.ended(turn.id);
  const fix = await client.call("review/fix", { reviewId, threadId, planHash });
  expect(fix.plan).toEqual({ id, hash });
  await thread.ended(fix.id);
});

describe("comments on a diff", () => {
  test("go to the agent as one batch, at the places where their lines are by then", async () => {
    const thread = await project.thread();
    const { client, id: threadId } = thread;
    await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
    const add = (start: number, text: string, more: object = {}) =>
      client.call("comment/add", { threadId, path: "a.txt", start, text, ...more });
    await add(10, "why?");
    await add(10, "it was better", { side: "old" });
    const gone = await add(12, "and this");
    await add(1, "never mind").then(({ id }) =>
      client.call("comment/remove", { threadId, commentId: id }),
    );
    const edit = exec("sed -i -e '1i new' -e '/line 12/d' a.txt");
    await thread.say(steps(edit, { text: "done" }));
    const { data } = await client.call("comment/list", { threadId });
    expect(data.map(({ text, place }) => [text, place])).toEqual([
      ["why?", { start: 11, end: 11 }],
      ["it was better", { start: 10, end: 10 }],
      ["and this", null],
    ]);
    expect(thread.view.comments).toHaveLength(3);
    const { turn, comments } = await client.call("comment/send", { threadId });
    await thread.ended(turn.id);
    expect(comments).toHaveLength(3);
    expect(comments).toContain(gone.id);
    const told = thread.items("userMessage").at(-1)?.input[0];
    expect(told?.type === "text" && told.text).toBe(
      [
        "Comments on your diff:",
        "",
        "a.txt:11\n> line ten\nwhy?",
        "",
        "a.txt:10 (as it was before)\n> line 10\nit was better",
        "",
        "a.txt (these lines are no longer there)\n> line 12\nand this",
      ].join("\n"),
    );
    expect(thread.view.comments).toEqual([]);
    await expect(client.call("comment/send", { threadId })).rejects.toMatchObject({
      kind: "notFound",
    });
  });

  test("are about lines that are in the diff", async () => {
    const thread = await project.thread();
    await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
    const add = (path: string, start: number) =>
      thread.client.call("comment/add", { threadId: thread.id, path, start, text: "?" });
    await expect(add("b.txt", 1)).rejects.toMatchObject({ kind: "notFound" });
    await expect(add("a.txt", 21)).rejects.toMatchObject({ kind: "invalidParams" });
    expect(await add("./a.txt", 10)).toMatchObject({ path: "a.txt" });
  });

  test("are about five hundred lines at most", async () => {
    const thread = await project.thread();
    const lines = Array.from({ length: 600 }, (_, at) => `line ${at}`);
    await thread.say(steps(addFile("long.txt", ...lines), { text: "done" }));
    const add = (end: number) => {
      const place = { path: "long.txt", start: 1, end };
      return thread.client.call("comment/add", { threadId: thread.id, ...place, text: "?" });
    };
    await expect(add(501)).rejects.toMatchObject({
      kind: "invalidParams",
      message: "lines 1 to 501 are 501; comment on 500 at most",
    });
    expect(await add(500)).toMatchObject({ place: { start: 1, end: 500 } });
  });

  test("follow their file when it is renamed, whether it is old or new", async () => {
    const thread = await project.thread();
    const { client, id: threadId } = thread;
    const lines = Array.from({ length: 9 }, (_, at) => `new ${at + 1}`);
    const change = replaceLine("a.txt", "line 10", "line ten");
    await thread.say(steps(change, addFile("n.txt", ...lines), { text: "done" }));
    const add = (path: string, start: number, more: object = {}) =>
      client.call("comment/add", { threadId, path, start, text: "?", ...more });
    await add("a.txt", 10);
    await add("a.txt", 10, { side: "old" });
    await add("n.txt", 5);
    const edit = exec("mv a.txt c.txt; mv n.txt m.txt; sed -i '1i first' c.txt m.txt");
    await thread.say(steps(edit, { text: "done" }));
    const { data } = await client.call("comment/list", { threadId });
    expect(data.map(({ path, place }) => [path, place?.start])).toEqual([
      ["c.txt", 11],
      ["a.txt", 10],
      ["m.txt", 6],
    ]);
  });
});

test("what lands is reviewed first where the project says so; grave findings stop it", async () => {
  const careful = await daemon.project({ "a.txt": `${code}\n` }, { review: "beforeLanding" });
  const thread = await careful.thread();
  const { client } = thread;
  await thread.say(steps(replaceLine("a.txt", "line 10", "line ten"), { text: "done" }));
  const list = async () =>
    (await client.call("review/list", { projectId: careful.project.id })).data;
  /** Answers for the reviewer that the landing starts. */
  const answer = async (...findings: ReportedFinding[]) => {
    const known = (await list()).length;
    const landing = thread.land();
    await thread.until(({ landings }) => landings.at(-1)?.state === "reviewing");
    let reviews = await list();
    while (reviews.length === known) reviews = await list();
    const { threadId, turnId } = reviews[0] as Review;
    const input = [{ type: "text", text: steps(report(...findings)) } as const];
    await client.call("turn/steer", { threadId, turnId, input });
    return await landing;
  };
  expect(await answer(finding())).toMatchObject({
    state: "refused",
    failure: {
      kind: "reviewRefused",
      message: expect.stringContaining("a.txt:10 The line is wrong"),
    },
  });
  // The same tree is not reviewed again.
  expect(await thread.land()).toMatchObject({ state: "refused" });
  expect(await list()).toHaveLength(1);
  await thread.say(steps(replaceLine("a.txt", "line ten", "line X"), { text: "done" }));
  expect(await answer(finding({ priority: 2 }), finding({ title: "No" }))).toMatchObject({
    failure: { message: expect.stringMatching(/ dismiss thr_\S+ 1`$/) },
  });
  // A finding that is wrong is the user's to dismiss; who did so is kept.
  const [{ id: reviewId, findings }] = (await list()) as [Review];
  const wrong = { reviewId, findings: [findings[0]?.id ?? ("" as never)] };
  const back = await client.call("review/dismiss", { ...wrong, reason: "It is right." });
  expect(back.findings).toMatchObject([
    { title: "No", dismissed: { by: { name: "test", kind: "script" }, reason: "It is right." } },
    { priority: 2, dismissed: null },
  ]);
  await client.call("review/dismiss", { ...wrong, dismissed: false });
  expect(await thread.land()).toMatchObject({ state: "refused" });
  await client.call("review/dismiss", wrong);
  expect(await thread.land()).toMatchObject({ state: "landed" });
});
