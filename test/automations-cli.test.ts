import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Automation,
  type Finding,
  FindingState,
  InboxState,
  type Run,
} from "@heddle/protocol";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, exec, steps } from "./support/steps.ts";
import { TestAutomations } from "./support/test-automations.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
const daily = { type: "schedule", cron: "0 9 * * *", zone: "UTC" } as const;

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Ended {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}
type Heddle = (...args: string[]) => Promise<Ended>;

/** The program in the directory of a project. */
function heddleIn({ repository }: TestProject): Heddle {
  const own = { cwd: repository.path, env: daemon.env, extendEnv: false, reject: false } as const;
  return async (...args) => await execa(process.execPath, [program, ...args], own);
}

async function shown<Row>(answer: Promise<Ended>): Promise<Row> {
  return JSON.parse((await answer).stdout) as Row;
}

test("a sentence is read back with its next slots, and added only where somebody says yes", async () => {
  const heddle = heddleIn(await daemon.project());
  const sentence = "every weekday at 9, scan dependencies";
  const add = ["automations", "add", sentence, "--zone", "Europe/Berlin"];
  const unasked = await heddle(...add);
  expect(unasked.exitCode).toBe(2);
  expect(unasked.stderr).toMatch(
    /^when: 0 9 \* \* 1-5 Europe\/Berlin\nwhat: recipe vulnerability-scan\nnext:\n( {2}.+09:00 CES?T\n){5}/,
  );
  const listed = async () => (await heddle("automations", "list", "-p", ".")).stdout;
  expect(await listed()).not.toMatch(/vulnerability-scan/);
  expect(await heddle(...add, "--yes")).toMatchObject({ exitCode: 0 });
  expect(await listed()).toMatch(/vulnerability-scan.+0 9 \* \* 1-5 Europe\/Berlin/);
});

test("what an edit does not name stays, the zone as well", async () => {
  const heddle = heddleIn(await daemon.project());
  const add = ["automations", "add", "daily at 7, run the tests", "--zone", "Asia/Tokyo", "-y"];
  await heddle(...add, "--overlap", "allow");
  const edit = (...more: string[]) =>
    shown<Automation>(heddle("automations", "edit", "tests", ...more, "-y", "--json"));
  const trigger = (cron: string, zone: string) => ({ type: "schedule", cron, zone });
  const work = { type: "recipe", recipe: "tests" };
  const later = { trigger: trigger("0 8 * * 1", "Asia/Tokyo"), work };
  expect(await edit("every monday at 8")).toMatchObject({
    ...later,
    options: { overlap: "allow" },
  });
  const moved = trigger("0 8 * * 1", "UTC");
  expect(await edit("--zone", "UTC", "--catch-up", "all")).toMatchObject({
    trigger: moved,
    work,
    options: { overlap: "allow", catchUp: { mode: "all" } },
  });
  const odd = await heddle("automations", "edit", "tests", "--overlap", "sometimes");
  expect(odd.exitCode).toBe(2);
  expect(odd.stderr).toMatch(/Allowed choices are skip, bufferOne, cancelOther, allow/);
});

test("a recipe for all projects is added by its name, with the options that it states", async () => {
  const heddle = heddleIn(await daemon.project());
  const folder = join(dirname(daemon.paths.config), "automations");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "tidy.md");
  writeFileSync(path, "---\nwhen: every monday at 8\nkeepRuns: 7\n---\n[[say n=1]]\n");
  const added = shown<Automation>(heddle("automations", "add", "tidy", "--yes", "--json"));
  expect(await added).toMatchObject({
    name: "tidy",
    trigger: { cron: "0 8 * * 1" },
    options: { keepRuns: 7, overlap: "skip" },
  });
  expect(await heddle("automations", "run", "tidy")).toMatchObject({ exitCode: 0 });
  writeFileSync(path, "---\nwhen: every monday at 8\nkeepRun: 7\n---\ntidy up\n");
  const misspelt = await heddle("automations", "add", "tidy", "--yes");
  expect(misspelt.exitCode).toBe(2);
  expect(misspelt.stderr).toMatch(/tidy\.md has `keepRun`, which is no option/);
});

test("an automation is paused with a reason, goes on, and is removed", async () => {
  const project = await daemon.project();
  const heddle = heddleIn(project);
  await new TestAutomations(daemon, project).add({ name: "often", trigger: daily });
  await heddle("automations", "pause", "often", "-p", ".", "--reason", "too loud");
  const list = async () => (await heddle("automations", "list", "-p", ".")).stdout;
  expect(await list()).toMatch(/often.+paused: too loud/);
  const resumed = await heddle("automations", "resume", "often");
  expect(resumed.stderr).toMatch(/^often runs again: .+:/);
  const { stdout } = await heddle("automations", "next", "often", "-n", "3");
  expect(stdout.split("\n")).toHaveLength(3);
  const removed = await heddle("automations", "remove", "often");
  expect(removed.stderr).toBe("removed often");
  expect(await list()).not.toMatch(/often/);
});

test("a run is followed from where it is, also while it waits, and every outcome is a row", async () => {
  const project = await daemon.project();
  const heddle = heddleIn(project);
  const automations = new TestAutomations(daemon, project);
  await automations.add({
    name: "asks",
    work: { type: "prompt", prompt: steps(exec("echo x > x.txt"), { text: "could not" }) },
    options: { policy: "ask", unattended: { deadlineMs: 1000, onDeadline: "deny" } },
  });
  const run = await heddle("automations", "run", "asks");
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toBe("it waits for an answer: heddle approvals\nclean: could not");
  const history = await shown<Run[]>(heddle("automations", "history", "--json"));
  expect(history).toMatchObject([{ state: "clean", trigger: "manual", summary: "could not" }]);
  const { stdout } = await heddle("automations", "show", "asks");
  expect(stdout).toMatch(/clean\s+manual.+could not/);
});

test("slots of the past are run for when somebody asks, oldest first and no more than so many", async () => {
  const project = await daemon.project();
  const heddle = heddleIn(project);
  const automations = new TestAutomations(daemon, project);
  const work = { type: "prompt", prompt: steps({ text: "looked" }) } as const;
  await automations.add({ name: "daily", trigger: daily, work });
  const span = ["--from", "2026-03-01", "--to", "2026-03-05T12:00Z", "--max", "2"];
  const made = await heddle("automations", "backfill", "daily", ...span);
  expect(made.stderr).toBe("2 runs will begin; 3 slots are left");
  const runs = await automations.runs();
  for (const run of runs) await automations.ended(run.id);
  expect(runs.map(({ slotAt }) => new Date(slotAt ?? 0).toISOString().slice(0, 13))).toEqual([
    "2026-03-01T09",
    "2026-03-02T09",
  ]);
  const again = await heddle("automations", "backfill", "daily", ...span);
  expect(again.stderr).toBe("2 runs will begin; 1 slot is left");
});

test("a finding is read, snoozed, accepted with a reason, and done, by its id or by a filter", async () => {
  const project = await daemon.project();
  const heddle = heddleIn(project);
  const automations = new TestAutomations(daemon, project);
  const all = { state: FindingState.options, inbox: InboxState.options };
  const states = async () => (await automations.inbox(all)).map(({ inbox }) => inbox);
  for (const name of ["first", "second"]) {
    const prompt = steps(addFile(`${name}.txt`, "x"), { text: "made a file" });
    await automations.add({ name, work: { type: "prompt", prompt } });
    const ran = await heddle("automations", "run", name);
    expect(ran.stdout).toMatch(/^low \(new\): .+: work waits for review {2}\[[0-9a-f]{8}\]/);
  }
  const { stdout } = await heddle("inbox", "-p", ".");
  expect(stdout).toMatch(/new \*.+second: work waits.+\n.+new \*.+first: work waits/);
  const id = (await automations.inbox())[1]?.id.slice(-8) ?? "";
  const read = await shown<Finding>(heddle("inbox", "show", id, "--json"));
  expect(read).toMatchObject({ title: "second: work waits for review", inbox: "read" });
  const snoozed = await heddle("inbox", "snooze", id, "--until", "2d");
  expect(snoozed.stderr).toBe("1 finding snoozed");
  const why = ["--reason", "that is all right", "--until", "30d"];
  const accepted = await heddle("inbox", "accept", "--automation", "first", ...why);
  expect(accepted.stderr).toBe("1 finding accepted");
  expect(await states()).toEqual(["done", "snoozed"]);
  expect((await heddle("inbox", "-p", ".")).stdout).not.toMatch(/work waits/);
  const [lived] = await automations.inbox(all);
  expect(lived?.accepted).toMatchObject({ reason: "that is all right" });
  await heddle("inbox", "done", id);
  expect(await states()).toEqual(["done", "done"]);
  const nothing = await heddle("inbox", "done");
  expect(nothing.exitCode).toBe(2);
  expect(nothing.stderr).toMatch(/no finding is named/);
});

test("a policy is set for an automation by its name, shown and tried", async () => {
  const project = await daemon.project();
  const heddle = heddleIn(project);
  const { id } = await new TestAutomations(daemon, project).add({ name: "careful" });
  const sentence = "Never change any files.";
  const set = await heddle("policy", "set", sentence, "--automation", "careful", "--yes");
  expect(set).toMatchObject({ exitCode: 0 });
  const client = await daemon.client();
  const scope = { type: "automation", automationId: id } as const;
  const { data } = await client.call("policy/history", { scope });
  expect(data).toMatchObject([{ version: 1, scope }]);
  const place = ["--automation", "careful"];
  const shown = await heddle("policy", "show", ...place);
  expect(shown.stdout).toMatch(/^automation .*\n {2}Never change files\.\n.*speaks of: workspace$/);
  const patch = "*** Begin Patch\n*** Add File: b.txt\n+b\n*** End Patch";
  const tried = await heddle("policy", "test", patch, ...place);
  expect(tried.stdout).toMatch(/^deny: Never change files\. \(automation /);
  expect((await heddle("policy", "test", patch)).stdout).toMatch(/^allow: /);
  const unknown = await heddle("policy", "set", sentence, "--automation", "reckless", "--yes");
  expect(unknown.stderr).toMatch(/no automation is called reckless/);
});
