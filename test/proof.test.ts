import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
/** Its check counts how often it ran in a thread, and wants no file that says "bad". */
let project: TestProject;
let unchecked: TestProject;
const check = "echo run >> runs.log; ! grep -rqsw bad --include=*.txt .";
beforeAll(async () => {
  daemon = await startTestDaemon();
  const files = { "a.txt": "one\n", "test/a.test.txt": "asserts\n", ".gitignore": "*.log\n" };
  project = await daemon.project(files, { checks: [check] });
  unchecked = await daemon.project(files);
});
afterAll(() => daemon[Symbol.asyncDispose]());

const finish = (...checks: { call_id: string; claim: string }[]): Step => ({
  calls: [{ tool: "finish", input: { summary: "All is done.", checks } }],
});
const claimLast = finish({ call_id: "{{call}}", claim: "the check passes" });

function proofs(thread: TestThread) {
  return thread.items("commandExecution").filter(({ by }) => by === "gate");
}

/** What the model was told of its work, oldest first. */
function refusals(thread: TestThread): string[] {
  const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
  const texts = items.map(({ output, content }) => JSON.stringify(output ?? content));
  return texts.filter((text) => /not accepted/.test(text));
}

describe("honest work", () => {
  test("passes in one round, and what was checked on the same tree is not checked again", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(addFile("new.txt", "good"), exec(check), claimLast));
    expect(turn).toMatchObject({
      state: "done",
      summary: "All is done.",
      proof: { verdict: "passed", rounds: 0, problems: [], changedTests: [] },
    });
    const { treeHash } = await thread.diff();
    expect(turn.proof?.treeHash).toBe(treeHash);
    expect(thread.items("commandExecution")).toMatchObject([{ by: "agent", treeHash }]);
    expect(daemon.requestsOf(thread)).toHaveLength(3);
  });

  test("that was not checked is checked by the gate, on exactly the tree that is committed", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(addFile("new.txt", "good"), { text: "done" }));
    expect(turn).toMatchObject({ state: "done", proof: { verdict: "passed", rounds: 0 } });
    expect(proofs(thread)).toMatchObject([{ cmd: check, exitCode: 0, state: "completed" }]);
    const { worktree } = await thread.ready();
    expect(project.repository.git("-C", worktree, "rev-parse", "HEAD^{tree}")).toBe(
      turn.proof?.treeHash,
    );
  });

  test("that was edited after its check is checked again", async () => {
    const thread = await project.thread();
    const turn = await thread.say(
      steps(addFile("new.txt", "good"), exec(check), addFile("more.txt", "good"), { text: "done" }),
    );
    expect(turn).toMatchObject({ state: "done", proof: { verdict: "passed", rounds: 0 } });
    expect(proofs(thread)).toHaveLength(1);
  });

  test("without any change needs no check", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(exec("cat a.txt"), { text: "It says one." }));
    expect(turn).toMatchObject({ state: "done", proof: { verdict: "unchanged", treeHash: null } });
    expect(proofs(thread)).toEqual([]);
  });

  test("in a project without checks is done, and said to be unchecked", async () => {
    const thread = await unchecked.thread();
    const turn = await thread.say(steps(addFile("new.txt", "bad"), { text: "done" }));
    expect(turn).toMatchObject({ state: "done", proof: { verdict: "unchecked", rounds: 0 } });
  });

  test("may claim a command after which only commands ran that changed nothing", async () => {
    const thread = await unchecked.thread();
    const passed = { calls: [{ tool: "exec_command", input: { cmd: "true" }, callId: "call_t" }] };
    const claim = finish({ call_id: "call_t", claim: "it is true" });
    const turn = await thread.say(
      steps(addFile("new.txt", "x"), passed, exec("cat new.txt"), exec("ls"), claim),
    );
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 0 } });
  });

  test("is told of the tests that it rests on when it has changed them", async () => {
    const thread = await project.thread();
    const edit = replaceLine("test/a.test.txt", "asserts", "asserts nothing");
    const turn = await thread.say(steps(edit, addFile("test/b.test.txt", "new"), { text: "done" }));
    expect(turn).toMatchObject({
      state: "done",
      summary: "done\n\nThis turn changed tests or CI: test/a.test.txt",
      proof: { changedTests: ["test/a.test.txt"] },
    });
  });
});

describe("what is not proven goes back to the model", () => {
  test.each([
    ["[[false-claim rounds=1]]", /the tests pass.*is not proven by call_.*: it exited with 1/],
    [
      "[[unrun-check rounds=1 text=bad mend=good path=n.txt]]",
      /the check .*echo run.* failed on the final tree.*exit_code: 1.*there is no such call/,
    ],
    ["[[open-step rounds=1]]", /the plan has open steps: .*Change the code/],
    ["[[conflict rounds=1]]", /work.txt:1 has a conflict marker/],
  ])("%s: once, and is mended", async (prompt, told) => {
    const thread = await project.thread();
    const turn = await thread.say(prompt);
    const [refusal, ...others] = refusals(thread);
    expect(refusal).toMatch(told);
    expect(refusal).toContain("round 1 of 3");
    expect(others).toEqual([]);
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 1, problems: [] } });
  });

  test.each(["[[false-claim]]", "[[unrun-check text=bad]]", "[[open-step]]", "[[conflict]]"])(
    "%s: three times, and then the turn ends without proof, its work committed",
    async (prompt) => {
      const thread = await project.thread();
      const turn = await thread.say(prompt);
      expect(turn).toMatchObject({ state: "doneUnverified", summary: "All is done." });
      expect(turn.proof).toMatchObject({ verdict: "refused", rounds: 3 });
      expect(turn.proof?.problems).not.toEqual([]);
      expect(turn.commit === null).toBe(/claim|step/.test(prompt));
      expect(refusals(thread)).toHaveLength(2);
      const { thread: row } = await thread.read();
      expect(row).toMatchObject({ status: "idle", lastTurn: "doneUnverified" });
      const { data } = await thread.client.call("task/list", { state: "unverified" });
      expect(data.map(({ id }) => id)).toContain(row.taskId);
    },
  );

  test("also when it comes as a message", async () => {
    const thread = await project.thread();
    const bad = addFile("n.txt", "bad");
    const mended = replaceLine("n.txt", "bad", "good");
    const turn = await thread.say(steps(bad, { text: "done" }, mended, { text: "really done" }));
    expect(turn).toMatchObject({ state: "done", summary: "really done", proof: { rounds: 1 } });
    expect(refusals(thread)).toHaveLength(1);
  });

  test("when a command is still running, until it is ended", async () => {
    const thread = await project.thread();
    const serve = exec("sleep 271", { yield_time_ms: 250 });
    const stop: Step = {
      calls: [{ tool: "write_stdin", input: { session_id: 1, chars: "\u0003" } }],
    };
    const turn = await thread.say(steps(serve, { text: "done" }, stop, { text: "now it is" }));
    expect(refusals(thread)).toEqual([expect.stringContaining("session 1 is still running")]);
    expect(turn).toMatchObject({ state: "done", summary: "now it is" });
  });

  test("when files changed after the command that is claimed", async () => {
    const thread = await unchecked.thread();
    const passed = (callId: string) => ({
      calls: [{ tool: "exec_command", input: { cmd: "true" }, callId }],
    });
    const claim = (call_id: string) => finish({ call_id, claim: "it passes" });
    const byPatch = [passed("c1"), addFile("n.txt", "x"), claim("c1")];
    const byCommand = [passed("c2"), exec("echo y > n.txt"), claim("c2"), passed("c3")];
    const turn = await thread.say(steps(...byPatch, ...byCommand, claim("c3")));
    expect(refusals(thread)).toEqual([
      expect.stringContaining("n.txt was changed after it; run it again"),
      expect.stringContaining("files were changed after it; run it again"),
    ]);
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 2 } });
  });
});

test("checks that change files are judged by what they made of them", async () => {
  const format = "for f in *.txt; do tr a-z A-Z < $f > x.log; cat x.log > $f; done";
  const { thread: start } = await daemon.project(
    { "a.txt": "one\n", ".gitignore": "*.log\n" },
    { checks: [format] },
  );
  const thread = await start();
  const turn = await thread.say(steps(addFile("n.txt", "x"), { text: "done" }));
  expect(turn).toMatchObject({ state: "done", proof: { verdict: "passed" } });
  expect(proofs(thread)).toHaveLength(2);
  expect((await thread.diff()).treeHash).toBe(turn.proof?.treeHash);
});

test("a kill while the gate runs a check costs nothing but running it again", async () => {
  await using killed = await startTestDaemon();
  const slow = "echo x >> runs.log; echo begun; test -f go.log || sleep 271";
  const files = { "a.txt": "one\n", ".gitignore": "*.log\n" };
  const { thread: start } = await killed.project(files, { checks: [slow] });
  const thread = await start();
  const { id } = await thread.send(steps(addFile("n.txt", "x"), finish()));
  await thread.streamed("begun\n".length);
  const { worktree } = await thread.ready();
  await killed.kill9();
  writeFileSync(`${worktree}/go.log`, "");
  await killed.restart();
  const turn = await thread.ended(id);
  expect(turn).toMatchObject({ state: "done", proof: { verdict: "passed", rounds: 0 } });
  const found = thread.items("commandExecution").map(({ state }) => state);
  expect(found).toEqual(["interrupted", "completed"]);
  expect(readFileSync(`${worktree}/runs.log`, "utf8")).toBe("x\nx\n");
});

test("of a slow check that has failed, the tests that the change affects come first", async () => {
  const slow = `test("slow", () => new Promise((done) => setTimeout(done, 2200)));\n`;
  const wants = (value: number) => `test("a", () => assert.equal(a, ${value}));\n`;
  const { thread: start } = await daemon.project(
    {
      "src/a.js": "export const a = 1;\n",
      "test/a.test.js": `import assert from "node:assert";\nimport test from "node:test";\nimport { a } from "../src/a.js";\n${wants(1)}`,
      "test/slow.test.js": `import test from "node:test";\n${slow}`,
      "package.json": '{ "type": "module" }\n',
    },
    { checks: ["node --test"] },
  );
  const thread = await start();
  const change = (from: string, to: string) =>
    replaceLine("src/a.js", `export const a = ${from};`, `export const a = ${to};`);
  const done = { text: "done" };
  const turn = await thread.say(
    steps(change("1", "2"), done, change("2", "3"), done, change("3", "2 - 1"), done),
  );
  expect(turn).toMatchObject({ state: "done", proof: { verdict: "passed", rounds: 2 } });
  expect(proofs(thread).map(({ cmd, exitCode }) => [cmd, exitCode])).toEqual([
    ["node --test", 1],
    ["node --test test/a.test.js", 1],
    ["node --test test/a.test.js", 0],
    ["node --test", 0],
  ]);
});
