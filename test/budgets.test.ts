import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const look = (pattern: string): Step => ({
  calls: [{ tool: "search", input: { pattern } }],
});

/** What Heddle itself told the model, as the last request had it. */
function notes(thread: TestThread, about: string, from = daemon): string[] {
  const items = from.requestsOf(thread).at(-1)?.items ?? [];
  const texts = items.map(({ content }) => JSON.stringify(content ?? ""));
  return texts.filter((text) => text.includes(`heddle_note about=\\"${about}\\"`));
}

describe("a budget of tokens", () => {
  test("ends the turn before it asks the model again, keeps its work and says what to do", async () => {
    const thread = await project.thread();
    const input = [
      { type: "text" as const, text: steps(addFile("n.txt", "x"), { text: "never" }) },
    ];
    const params = { threadId: thread.id, input, budget: { tokens: 100 } };
    const { id, budget } = await thread.client.call("turn/start", params);
    expect(budget).toEqual({ tokens: 100 });
    const turn = await thread.ended(id);
    expect(turn).toMatchObject({
      state: "failed",
      failure: {
        kind: "budgetSpent",
        message: expect.stringMatching(
          /^a budget is spent: the tokens of this turn \([\d,]+ tokens of 100 tokens\); the work so far is kept and committed: send a message to go on$/,
        ),
      },
    });
    expect(turn.commit).not.toBeNull();
    expect(daemon.requestsOf(thread)).toHaveLength(1);
    expect(await thread.say("[[say n=1]]")).toMatchObject({ state: "done" });
  });

  test("that runs out is told to the model at the end of what it was sent, once a threshold", async () => {
    const thread = await project.thread();
    const script = steps(...["a", "b", "c", "d", "e", "f"].map(look), { text: "done" });
    const input = [{ type: "text" as const, text: script }];
    const first = await thread.client.call("turn/start", { threadId: thread.id, input });
    const { usage } = await thread.ended(first.id);
    const tokens = (usage.inputTokens + usage.outputTokens) * 2;
    const params = { threadId: thread.id, input, budget: { tokens } };
    const { id } = await thread.client.call("turn/start", params);
    expect(await thread.ended(id)).toMatchObject({ state: "done" });
    const told = notes(thread, "budget");
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told[0]).toMatch(
      /Of the tokens of this turn no more than \d+ % is left: [\d,]+ tokens left/,
    );
    expect(new Set(told.map((text) => /\d+ %/.exec(text)?.[0])).size).toBe(told.length);
  });

  test("of a thread and of a day counts what was used before a restart", async () => {
    await using limited = await startTestDaemon({
      config: "[budgets.thread]\ntokens = 20000\n[budgets.day]\ntokens = 40000\n",
    });
    const { thread: start } = await limited.project();
    const thread = await start();
    const long = `[[say n=1]]${"x".repeat(40_000)}`;
    expect(await thread.say(long)).toMatchObject({ state: "done" });
    await limited.kill9();
    await limited.restart();
    expect(await thread.say(long)).toMatchObject({ state: "done" });
    expect(await thread.say(long)).toMatchObject({
      failure: { kind: "budgetSpent", details: { what: "the tokens of this thread" } },
    });
    const other = await start();
    expect(await other.say(long)).toMatchObject({ state: "done" });
    expect(await other.say(long)).toMatchObject({
      failure: { kind: "budgetSpent", details: { what: "the tokens of today" } },
    });
  });
});

test("a budget of time ends a command in the middle, and a model that does not answer", async () => {
  const threads = [await project.thread(), await project.thread()] as const;
  const begin = async (thread: TestThread, text: string) => {
    const input = [{ type: "text" as const, text }];
    const params = { threadId: thread.id, input, budget: { minutes: 0.05 } };
    const { id } = await thread.client.call("turn/start", params);
    return await thread.ended(id);
  };
  const work = exec("echo x > n.txt; sleep 271", { yield_time_ms: 30_000 });
  const turns = await Promise.all([begin(threads[0], steps(work)), begin(threads[1], "[[hang]]")]);
  const spent = { state: "failed", failure: { kind: "budgetSpent" } };
  expect(turns).toMatchObject([spent, spent]);
  expect(threads[0].items("commandExecution")).toMatchObject([{ state: "interrupted" }]);
});

describe("the same call with the same result", () => {
  test("more than three times is a hint to the model, more than five times the end", async () => {
    const thread = await project.thread();
    const turn = await thread.say("[[loop n=20]]");
    expect(turn).toMatchObject({
      state: "failed",
      failure: {
        kind: "noProgress",
        message: expect.stringContaining("exec_command was called 6"),
      },
    });
    expect(thread.items("commandExecution")).toHaveLength(6);
    expect(notes(thread, "repetition")).toHaveLength(2);
  });

  test("is progress where something else was done in between", async () => {
    const thread = await project.thread();
    const rounds = [1, 2, 3, 4, 5, 6, 7].flatMap((at) => [
      exec(`echo ${at} > n.txt`),
      exec("true"),
    ]);
    expect(await thread.say(steps(...rounds, { text: "done" }))).toMatchObject({ state: "done" });
    expect(notes(thread, "repetition")).toEqual([]);
  });
});
