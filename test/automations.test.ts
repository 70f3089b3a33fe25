import { renameSync } from "node:fs";
import { type Run, runEnded } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, exec, held, type Step, steps } from "./support/steps.ts";
import { TestAutomations } from "./support/test-automations.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const prompt = (...responses: Step[]) => ({ type: "prompt", prompt: steps(...responses) }) as const;

async function fresh(): Promise<TestAutomations> {
  return new TestAutomations(daemon, await daemon.project());
}

async function runNow(automations: TestAutomations, automationId: string) {
  const client = await daemon.client();
  const { id } = await client.call("automation/run", { automationId });
  return await automations.ended(id);
}

test("a prompt works in a thread of its own, and its work waits for review", async () => {
  const automations = await fresh();
  const work = prompt(addFile("made.txt", "by itself"), { text: "made a file" });
  const { id } = await automations.add({ name: "maker", work });
  const run = await runNow(automations, id);
  expect(run).toMatchObject({ state: "findings", summary: "made a file", counts: { new: 1 } });
  expect(await automations.inbox()).toMatchObject([{ title: "maker: work waits for review" }]);
  const client = await daemon.client();
  const threadId = run.threadId ?? "";
  const { thread } = await client.call("thread/read", { threadId });
  expect(thread).toMatchObject({ branch: "heddle/maker", landedCommit: null });
  const { data } = await client.call("task/list", { projectId: run.projectId });
  expect(data).toMatchObject([{ title: "maker", source: "automation", state: "review" }]);
  await client.call("thread/archive", { threadId });
  expect(await automations.inbox()).toEqual([]);
});

test("a prompt that changes nothing is clean, and its thread is put away", async () => {
  const automations = await fresh();
  const { id } = await automations.add({ work: prompt({ text: "all is well" }) });
  const run = await runNow(automations, id);
  expect(run).toMatchObject({ state: "clean", summary: "all is well" });
  const client = await daemon.client();
  const status = async () =>
    (await client.call("thread/read", { threadId: run.threadId ?? "" })).thread.status;
  await expect.poll(status).toBe("archived");
});

test("an approval that nobody answers is declined at the deadline; waiting is no success", async () => {
  const automations = await fresh();
  const { id } = await automations.add({
    work: prompt(exec("echo x > x.txt"), { text: "could not" }),
    options: { policy: "ask", unattended: { deadlineMs: 1000, onDeadline: "deny" } },
  });
  const client = await daemon.client();
  const { id: runId } = await client.call("automation/run", { automationId: id });
  const waiting = await automations.until(
    (run) => run.id === runId && run.state === "waitingForApproval",
  );
  expect(waiting.endedAt).toBeNull();
  expect(await automations.ended(runId)).toMatchObject({ state: "clean", summary: "could not" });
});

test("an automation may stop instead, and then has timed out", async () => {
  const automations = await fresh();
  const { id } = await automations.add({
    work: prompt(exec("echo x > x.txt"), { text: "could not" }),
    options: { policy: "ask", unattended: { deadlineMs: 1000, onDeadline: "stop" } },
  });
  expect(await runNow(automations, id)).toMatchObject({
    state: "timedOut",
    reason: "nobody answered before the deadline",
  });
});

test("while its run is under way a thread is unattended, and under the policies for that", async () => {
  const project = await daemon.project();
  const automations = new TestAutomations(daemon, project);
  const client = await daemon.client();
  const scope = { type: "project", projectId: project.project.id } as const;
  const policy = { scope, text: "While unattended, never change any files." };
  const { hash } = await client.call("policy/set", policy);
  await client.call("policy/set", { ...policy, hash });
  const work = prompt(addFile("made.txt", "by itself"), { text: "tried" });
  const { id } = await automations.add({ work });
  expect(await runNow(automations, id)).toMatchObject({ state: "clean" });
  await using attended = await project.thread();
  await attended.say(steps(addFile("made.txt", "asked for"), { text: "made a file" }));
  expect((await attended.diff()).files.map(({ path }) => path)).toEqual(["made.txt"]);
});

test("a recipe whose command never ends has timed out", async () => {
  const project = await daemon.project(undefined, { checks: ["sleep 600"] });
  const automations = new TestAutomations(daemon, project);
  const work = { type: "recipe", recipe: "tests" } as const;
  const { id } = await automations.add({ work, options: { timeoutMs: 1500 } });
  expect(await runNow(automations, id)).toMatchObject({
    state: "timedOut",
    reason: "it worked for longer than 0.025 minutes",
  });
});

test("what a run finds is fixed by itself, once, in a thread that waits for review, where that was asked for", async () => {
  const answer = steps(addFile("fixed.txt", "yes"), { text: "added what was missing" });
  const script = `test -e fixed.txt && exit 0\ncat <<'E'\n${answer}\nE\nexit 1\n`;
  const project = await daemon.project({ "check.sh": script }, { checks: ["sh check.sh"] });
  const automations = new TestAutomations(daemon, project);
  const work = { type: "recipe", recipe: "tests" } as const;
  const { id } = await automations.add({ name: "tests", work, options: { fixes: 1 } });
  const looked = await runNow(automations, id);
  const fix = await automations.until((run) => run.trigger === "fix" && runEnded(run.state));
  const [finding, review] = await automations.inbox();
  expect(finding).toMatchObject({ title: "fails: sh check.sh", threadId: fix.threadId });
  expect(review).toMatchObject({ title: "tests: work waits for review" });
  const led = { originRunId: looked.id, findingId: finding?.id };
  expect(fix).toMatchObject({ ...led, state: "findings" });
  const client = await daemon.client();
  const { thread } = await client.call("thread/read", { threadId: fix.threadId ?? "" });
  expect(thread).toMatchObject({ title: "Fix: fails: sh check.sh", landedCommit: null });
  expect((await runNow(automations, id)).counts).toMatchObject({ new: 0, open: 1, fixed: 0 });
  const triggers = (await automations.runs()).map(({ trigger }) => trigger);
  expect(triggers).toEqual(["manual", "fix", "manual"]);
  expect(await automations.inbox()).toHaveLength(2);
});

test("a finding that somebody put aside while its fix waited for its turn is left alone", async () => {
  const names = ["a", "b", "c", "d"];
  const script = `cat <<'E'\n${steps(held)}\nE\nexit 1\n`;
  const files = Object.fromEntries(names.map((name) => [`${name}.sh`, script]));
  const project = await daemon.project(files, { checks: names.map((name) => `sh ${name}.sh`) });
  const automations = new TestAutomations(daemon, project);
  const work = { type: "recipe", recipe: "tests" } as const;
  const automation = await automations.add({ work, options: { fixes: 4 } });
  await runNow(automations, automation.id);
  const fixes = async (...states: Run["state"][]) =>
    (await automations.runs(automation)).filter(
      ({ trigger, state }) => trigger === "fix" && states.includes(state),
    );
  await expect.poll(() => fixes("running"), { timeout: 20_000 }).toHaveLength(3);
  const [waiting] = await fixes("claimed");
  const client = await daemon.client();
  const findingIds = [waiting?.findingId ?? ""];
  await client.call("inbox/accept", { filter: { findingIds }, reason: "known" });
  for (const { turnId } of await fixes("running")) {
    await client.call("turn/interrupt", { turnId: turnId ?? "" });
  }
  expect(await automations.ended(waiting?.id ?? ("" as never))).toMatchObject({
    state: "cancelled",
    reason: "somebody put the finding aside, or works on it",
    threadId: null,
  });
});

test("fixes are refused where nothing says what would fix a finding", async () => {
  const automations = await fresh();
  const added = automations.add({ work: prompt({ text: "looked" }), options: { fixes: 1 } });
  await expect(added).rejects.toThrow(/only Heddle's own recipes say what would fix/);
});

test("where its project has moved away a run fails and says so, and works again once it is back", async () => {
  const project = await daemon.project();
  const automations = new TestAutomations(daemon, project);
  const { id } = await automations.add({ name: "looks", work: prompt({ text: "looked" }) });
  const { path } = project.repository;
  renameSync(path, `${path}-moved`);
  const lost = await runNow(automations, id);
  expect(lost.state).toBe("failed");
  expect(lost.reason).toContain(path);
  expect(await automations.inbox()).toMatchObject([{ kind: "run", title: "looks: failed" }]);
  renameSync(`${path}-moved`, path);
  expect(await runNow(automations, id)).toMatchObject({ state: "clean" });
  expect(await automations.inbox()).toEqual([]);
});

test("a run that never ends has timed out", async () => {
  const automations = await fresh();
  const { id } = await automations.add({
    work: prompt(exec("sleep 600", { yield_time_ms: 30_000 }), { text: "slept" }),
    options: { timeoutMs: 1500 },
  });
  expect((await runNow(automations, id)).state).toBe("timedOut");
});

test("a daemon that is killed right after a run was claimed does it once", async () => {
  const automations = await fresh();
  const work = prompt(addFile("once.txt", "1"), { text: "made a file" });
  const automation = await automations.add({ name: "once", work });
  const client = await daemon.client();
  const { id } = await client.call("automation/run", { automationId: automation.id });
  await daemon.kill9();
  await daemon.restart();
  expect(await automations.ended(id)).toMatchObject({ state: "findings" });
  expect(await automations.runs(automation)).toHaveLength(1);
  const threads = await client.call("thread/list", { projectId: automation.projectId });
  expect(threads.data).toHaveLength(1);
});

test("a commit starts a run of its tree, an amended message none", async () => {
  const project = await daemon.project();
  const automations = new TestAutomations(daemon, project);
  const automation = await automations.add({
    trigger: { type: "commit" },
    work: prompt({ text: "looked" }),
  });
  project.repository.commit("two", { "b.txt": "b\n" });
  const run = await automations.until((one) => one.automationId === automation.id);
  expect(run).toMatchObject({
    trigger: "commit",
    commit: { branch: "main", change: "forward by 1" },
  });
  await automations.ended(run.id);
  project.repository.git("commit", "-q", "--amend", "-m", "two, in other words");
  project.repository.commit("three", { "c.txt": "c\n" });
  const head = project.repository.git("rev-parse", "HEAD");
  await automations.until((one) => one.commit?.commit === head);
  expect(await automations.runs(automation)).toHaveLength(2);
});

test("an option that is edited leaves the others as they are", async () => {
  const automations = await fresh();
  const { id } = await automations.add({ options: { overlap: "allow", keepRuns: 7 } });
  const client = await daemon.client();
  const changes = { options: { timeoutMs: 5000 } };
  const { options } = await client.call("automation/edit", { automationId: id, changes });
  expect(options).toMatchObject({ overlap: "allow", keepRuns: 7, timeoutMs: 5000 });
});

test.each([
  ["0 0 31 2 *", "UTC", /is no schedule.*impossible/],
  ["0 9 * * *", "Mars/Olympus", /no time zone Mars\/Olympus/],
])("the schedule %s in %s is refused", async (cron, zone, message) => {
  const automations = await fresh();
  const trigger = { type: "schedule", cron, zone } as const;
  await expect(automations.add({ trigger })).rejects.toMatchObject({
    kind: "invalidParams",
    message: expect.stringMatching(message),
  });
});

test("both day fields, and changes of the clocks, are warned of", async () => {
  const client = await daemon.client();
  const schedule = { cron: "30 2 13 * 5", zone: "America/New_York" };
  const { slots, warnings } = await client.call("automation/next", { schedule });
  expect(slots).toHaveLength(5);
  expect(warnings[0]).toMatch(/a day of the month and a day of the week are both set/);
  const daily = { cron: "30 2 * * *", zone: "America/New_York" };
  const { warnings: clocks } = await client.call("automation/next", { schedule: daily });
  expect(clocks.join("\n")).toMatch(/the clocks skip its time: it comes 60 minutes later/);
});

test("a project that is removed takes its automations with it, and says so", async () => {
  const project = await daemon.project();
  const automations = new TestAutomations(daemon, project);
  await automations.add({});
  const client = await daemon.client();
  const removed = await client.call("project/remove", { projectId: project.project.id });
  expect(removed).toEqual({ archived: [], automations: 1 });
});

test("the daemon's status tells what comes next, and how much in the inbox is not read", async () => {
  const automations = await fresh();
  const work = prompt(addFile("seen.txt", "x"), { text: "made a file" });
  const trigger = { type: "schedule", cron: "0 0 1 1 *", zone: "UTC" } as const;
  const { id, nextRunAt } = await automations.add({ name: "new year", work, trigger });
  const client = await daemon.client();
  const before = (await client.call("daemon/status", {})).automations;
  expect(before.next).toEqual([{ name: "new year", at: nextRunAt }]);
  await runNow(automations, id);
  const after = (await client.call("daemon/status", {})).automations;
  expect(after.unread).toBe(before.unread + 1);
  await client.call("automation/pause", { automationId: id });
  expect((await client.call("daemon/status", {})).automations.next).toEqual([]);
});
