import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ScriptedRequest } from "../packages/daemon/src/scripted-model/request.ts";
import { addFile, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

/** So small that thirty turns fill it several times. */
const contextTokens = 30_000;
const check = "test -f a.txt";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({ config: `[context]\ntokens = ${contextTokens}\n` });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const lines = Array.from({ length: 60 }, (_, at) => `line ${at}: ${"words ".repeat(6)}`).join("\n");

function read(count: number): Step {
  const call = (offset: number) => ({ tool: "read_file", input: { path: "a.txt", offset } });
  return { calls: Array.from({ length: count }, (_, at) => call(at + 1)) };
}

const sent = ({ body }: ScriptedRequest): string => JSON.stringify(body.input);
const messages = ({ items }: ScriptedRequest): string[] =>
  items.filter(({ role }) => role === "user").map(({ content }) => JSON.stringify(content));

describe("the project's own instructions", () => {
  test("are the first that the model is told, and are told again when they have changed", async () => {
    const { thread: start } = await daemon.project({ "AGENTS.md": "Use tabs.\n", "a.txt": "a\n" });
    const thread = await start();
    await thread.say("[[say n=1]]");
    const { worktree } = await thread.ready();
    await thread.say("[[say n=1]]");
    writeFileSync(join(worktree, "AGENTS.override.md"), "Use spaces.\n");
    await thread.say("[[say n=1]]");
    const told = messages(daemon.requestsOf(thread).at(-1) as ScriptedRequest);
    const kinds = told.map((text) => /<(project_instructions|environment)>/.exec(text)?.[1]);
    expect(kinds).toEqual([
      ...["project_instructions", "environment", undefined],
      ...[undefined],
      ...["project_instructions", undefined],
    ]);
    expect(told[0]).toContain('<file path=\\"AGENTS.md\\">\\nUse tabs.\\n</file>');
    expect(told[4]).toContain('<file path=\\"AGENTS.override.md\\">\\nUse spaces.');
  });

  test("are not read through a link that leaves the worktree", async () => {
    const { thread: start } = await daemon.project({ "a.txt": "a\n" });
    const thread = await start();
    const { worktree } = await thread.ready();
    const outside = join(daemon.root, "secret.md");
    writeFileSync(outside, "the secret\n");
    symlinkSync(outside, join(worktree, "AGENTS.md"));
    await thread.say("[[say n=1]]");
    const request = daemon.requestsOf(thread).at(-1) as ScriptedRequest;
    expect(sent(request)).toContain("(AGENTS.md was not read");
    expect(sent(request)).not.toContain("the secret");
  });
});

test("two consecutive requests of a turn of 50 steps differ only at their end", async () => {
  const { thread: start } = await daemon.project({ "a.txt": "a\nb\n" });
  const thread = await start();
  const looks = Array.from({ length: 50 }, (_, at): Step => {
    const input = { path: "a.txt", limit: at + 1 };
    return { reasoning: "hm", calls: [{ tool: "read_file", input }] };
  });
  await thread.say(steps(...looks, { text: "done" }));
  const requests = daemon.requestsOf(thread);
  expect(requests).toHaveLength(51);
  for (const [at, request] of requests.slice(1).entries()) {
    const before = requests[at] as ScriptedRequest;
    expect(sent(request).startsWith(sent(before).slice(0, -1))).toBe(true);
    expect(Object.keys(request.body)).toEqual(Object.keys(before.body));
    expect({ ...request.body, input: [] }).toEqual({ ...before.body, input: [] });
  }
});

test("the first request has at most 12 KB", async () => {
  const { thread: start } = await daemon.project({ "a.txt": "a\n" }, { checks: ["npm test"] });
  const thread = await start();
  await thread.say("[[say n=1]]");
  const [first] = daemon.requestsOf(thread);
  expect(Buffer.byteLength(JSON.stringify(first?.body))).toBeLessThan(12_000);
});

test("a thread of 300 items stays in the window, says so, and forgets nothing that counts", async () => {
  const { thread: start } = await daemon.project({ "a.txt": lines }, { checks: [check] });
  const thread = await start();
  const plan = [
    { step: "Read it all", status: "completed" },
    { step: "Write it down", status: "completed" },
  ];
  const begin: Step = { calls: [{ tool: "update_plan", input: { plan } }] };
  await thread.say(steps(begin, addFile("n.txt", "x"), exec(check), { text: "begun" }));
  for (let turn = 1; turn <= 30; turn += 1) {
    const ended = await thread.say(`Remember ${turn}.${turn}. ${steps(read(8), { text: "read" })}`);
    expect(ended.state).toBe("done");
  }
  expect(thread.view.items.length).toBeGreaterThan(300);
  expect(thread.items("toolCall").every(({ text }) => text.includes("line 20"))).toBe(true);

  const kinds = thread.items("compaction").map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(["masked", "summarized"]));
  for (const { tokensBefore, tokensAfter } of thread.items("compaction")) {
    expect(tokensAfter).toBeLessThan(tokensBefore * 0.8);
  }
  const requests = daemon.requestsOf(thread);
  const sizes = requests.map(({ body }) => JSON.stringify(body).length / 4);
  expect(Math.max(...sizes)).toBeLessThan(contextTokens);

  const summarized = requests.findLast((request) => sent(request).includes('about=\\"facts\\"'));
  const told = messages(summarized as ScriptedRequest);
  const text = told.join("\n");
  for (let turn = 1; turn <= 15; turn += 1) expect(text).toContain(`Remember ${turn}.${turn}.`);
  expect(text).toContain("A scripted summary of what happened so far.");
  const facts = told.find((message) => message.includes('about=\\"facts\\"'));
  expect(facts).toContain("<policy>workspace</policy>");
  expect(facts).toContain("[completed] Read it all\\n[completed] Write it down");
  expect(facts).toContain("<changes>\\nn.txt +1 -0\\n</changes>");
  expect(facts).toContain(`${check}: exit 0`);
});

test("a model that finds the history too long is asked again with a shorter one", async () => {
  const { thread: start } = await daemon.project({ "a.txt": lines });
  const thread = await start();
  await thread.say(steps(read(8), { text: "read" }));
  const turn = await thread.say("[[say n=1 fault=400 code=context_length_exceeded]]");
  expect(turn.state).toBe("done");
  expect(thread.items("compaction")).toMatchObject([{ kind: "summarized", state: "completed" }]);
  const lengths = daemon.requestsOf(thread).map((request) => sent(request).length);
  expect(lengths.at(-1)).toBeLessThan((lengths.at(-3) ?? 0) * 0.6);
});

test("one that still finds it too long fails, and says what to do", async () => {
  const { thread: start } = await daemon.project({ "a.txt": lines });
  const thread = await start();
  await thread.say(steps(read(8), { text: "read" }));
  const turn = await thread.say("[[say n=1 fault=400 code=context_length_exceeded times=9]]");
  expect(turn).toMatchObject({
    state: "failed",
    failure: { details: { reason: "contextLength" } },
  });
});
