import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan, PlanContent } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ground } from "../packages/cli/src/thread/ground.ts";
import { handlers } from "../packages/cli/src/thread/slash.ts";
import { steps } from "./support/steps.ts";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "a.txt": "one\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const content: PlanContent = {
  goal: "Say two.",
  steps: ["Say it"],
  files: ["a.txt"],
  checks: [],
  lineBudget: 4,
  risks: [],
  openQuestions: [],
};
const other = { goal: "Everything anew.", files: ["**"], lineBudget: 9999 };

async function planned(): Promise<TestThread> {
  const thread = await project.thread();
  const proposed = steps({ calls: [{ tool: "propose_plan", input: content }] });
  await thread.say(proposed, { mode: "plan" });
  return thread;
}

function planOf({ client, id: threadId }: TestThread): Promise<Plan> {
  return client.call("plan/show", { threadId });
}

/** Another client changes the plan. */
async function edit(thread: TestThread, changes: Partial<PlanContent>): Promise<Plan> {
  const { threadId, hash, content: before } = await planOf(thread);
  const edited = { ...before, ...changes };
  return await thread.client.call("plan/edit", { threadId, hash, content: edited });
}

async function attached(thread: TestThread, env: NodeJS.ProcessEnv = {}): Promise<Terminal> {
  const { path: cwd } = project.repository;
  const all = { ...daemon.env, LC_ALL: "C.UTF-8", ...env };
  const terminal = new Terminal({ args: ["attach", thread.id], cwd, env: all });
  await terminal.until(env.TERM === "dumb" ? /at most 4/ : /^> ?\n.*(implement|plan)/m);
  return terminal;
}

test("a plan that somebody else has changed is shown, and what was shown last is approved", async () => {
  const thread = await planned();
  await using terminal = await attached(thread);
  await using lines = await attached(thread, { TERM: "dumb" });
  await terminal.until(/Say two\./);
  const { hash } = await edit(thread, other);
  for (const one of [terminal, lines]) {
    await one.until(/^proposed, edited 1 time .*\nEverything anew\.\n[\s\S]*\*\*\n.*at most 9999/m);
  }
  terminal.type("/approve\r");
  for (const one of [terminal, lines]) await one.until(/^plan approved by \w+/m);
  await terminal.until(/carry it out with \/implement/);
  expect(await planOf(thread)).toMatchObject({ state: "approved", approvedHash: hash });
});

test("a plan that was changed before is shown to who attaches", async () => {
  const thread = await planned();
  await edit(thread, other);
  await using terminal = await attached(thread);
  await terminal.until(/^proposed, edited 1 time/m);
  expect(terminal.everything.split("Everything anew.")).toHaveLength(2);
});

test("a plan that was not shown as it is now is shown instead of being decided", async () => {
  const thread = await planned();
  const first = await planOf(thread);
  let shown: Plan | undefined;
  const ground: Ground = {
    daemon: thread.client,
    threadId: thread.id,
    leave: () => {},
    confirm: async () => false,
    plan: {
      shown: () => shown,
      show: (plan) => {
        shown = plan;
      },
    },
  };
  await handlers.approve(ground, "");
  expect([shown, (await planOf(thread)).state]).toEqual([first, "proposed"]);
  const second = await edit(thread, other);
  for (const handler of [handlers.approve, handlers.reject]) {
    shown = first;
    await handler(ground, "");
    expect([shown, await planOf(thread)]).toEqual([second, second]);
  }
  await handlers.approve(ground, "");
  expect(await planOf(thread)).toMatchObject({ state: "approved", approvedHash: second.hash });
});

test("/edit lends the terminal to an editor, and is back with what was written there", async () => {
  const thread = await planned();
  const editor = join(daemon.root, "lent.sh");
  // It reads the terminal as an editor does, and takes a Ctrl+C for itself.
  writeFileSync(
    editor,
    `trap 'echo taken' INT; stty -a | grep -q ' icanon' && echo lines
     echo editing; while ! read -r word; do :; done; sed -i "s/^4$/$word/" "$1"\n`,
  );
  await using terminal = await attached(thread, { EDITOR: `sh ${editor}` });
  terminal.type("/edit\r");
  await terminal.until(/lines\nediting$/);
  expect(terminal.pastesAreMarked).toBe(false);
  const { client, id: threadId } = thread;
  await client.call("thread/planMode", { threadId, on: true });
  terminal.type("\x03");
  await terminal.until(/taken/);
  terminal.type("ten\r");
  await terminal.until(/got `ten`[\s\S]*edit it again\? \[y\/N\]/);
  expect(terminal.pastesAreMarked).toBe(true);
  terminal.type("n\r");
  await terminal.until(/is kept in[\s\S]*^> \/edit$/m);
  terminal.type("\r");
  await terminal.until(/is kept in[\s\S]*editing$/);
  terminal.type("7\r");
  await terminal.until(/^proposed, edited 1 time[\s\S]*at most 7,[\s\S]*^> ?\nidle · plan mode/m);
  expect(await planOf(thread)).toMatchObject({ version: 2, content: { lineBudget: 7 } });
  terminal.type("\x04");
  expect(await terminal.ended).toBe(0);
  expect(terminal.isGivenBack).toBe(true);
});

test("/edit names the command where there is no place for an editor", async () => {
  const thread = await planned();
  await using lines = await attached(thread, { TERM: "dumb" });
  lines.type("/edit\n");
  await lines.until(new RegExp(`heddle plan edit ${thread.id.slice(-8)}`));
});
