import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { ScriptedRequest } from "../packages/daemon/src/scripted-model/request.ts";
import type { ScriptedModelOptions } from "../packages/daemon/src/scripted-model/server.ts";
import { addFile, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

interface Demo {
  readonly files: Readonly<Record<string, string>>;
  readonly tasks: readonly { readonly prompt: string }[];
}

const startAsked = (model: ScriptedModelOptions, config = "") =>
  startTestDaemon({ model, config, asked: true });

/** Has the demo's first task done; the agent says itself what the tests in the box told it. */
async function doDemoTask(daemon: TestDaemon, options: { model?: string } = {}) {
  const demo = (await (await fetch(new URL("/demo", daemon.model.url))).json()) as Demo;
  const { thread: start } = await daemon.project(demo.files);
  const thread = await start({ patienceMs: 60_000 });
  const turn = await thread.say(demo.tasks[0]?.prompt ?? "", options);
  expect(turn).toMatchObject({
    state: "done",
    summary: expect.stringMatching(/All tests pass\.$/),
  });
  const [file] = (await thread.diff()).files;
  expect(JSON.stringify(file?.hunks)).toContain("Math.floor(");
  return { turn, thread, requests: daemon.requestsOf(thread) };
}

const capabilitiesOf = async (daemon: TestDaemon) => {
  const { models } = await (await daemon.client()).call("model/list", {});
  return models.find(({ id }) => id === "local/scripted")?.capabilities;
};

const kindsOf = (requests: readonly ScriptedRequest[]) =>
  new Set(requests.flatMap(({ tools }) => tools.map(({ custom }) => custom)));

describe("the demo's task is done", () => {
  test("by a server that speaks Chat Completions only", async () => {
    await using daemon = await startAsked({ without: ["responses"] });
    const { turn, thread, requests } = await doDemoTask(daemon);
    expect(turn).toMatchObject({ usage: { estimated: false } });
    expect(turn.usage.cachedInputTokens).toBeGreaterThan(0);
    expect(requests.every(({ body }) => "messages" in body)).toBe(true);
    expect(thread.items("reasoning").length).toBeGreaterThan(0);
    expect(await capabilitiesOf(daemon)).toEqual({
      wireApi: "chat",
      functionCalls: true,
      customTools: false,
      reasoning: true,
      usage: true,
      replaysReasoning: false,
      contextLength: null,
      probedAt: expect.any(Number),
    });
  });

  test("by one without freeform tools, which gets its patches by a function", async () => {
    await using daemon = await startAsked({ without: ["customTools"] });
    const { requests } = await doDemoTask(daemon);
    expect(requests.every(({ body }) => "input" in body)).toBe(true);
    expect(kindsOf(requests)).toEqual(new Set([false]));
    expect(await capabilitiesOf(daemon)).toMatchObject({
      wireApi: "responses",
      customTools: false,
    });
  });

  test("by one that counts nothing: its tokens are estimated, and marked so", async () => {
    await using daemon = await startAsked({ without: ["responses", "usage"] });
    const { turn } = await doDemoTask(daemon);
    expect(turn).toMatchObject({ usage: { estimated: true, costUsd: null } });
    expect(turn.usage.inputTokens).toBeGreaterThan(1000);
    expect(await capabilitiesOf(daemon)).toMatchObject({ usage: false });
  });

  test("by a model of an unknown family, with edit", async () => {
    await using daemon = await startTestDaemon();
    const { requests } = await doDemoTask(daemon, { model: "local/other" });
    const [names] = requests.map(({ tools }) => tools.map(({ name }) => name));
    expect(names?.slice(2, 4)).toEqual(["edit", "write_file"]);
  });
});

describe("an endpoint works", () => {
  test.each([
    ["that refuses to be asked for a count", ["responses", "streamOptions"]],
    ["whose responses are not counted", ["usage"]],
  ] as const)("%s", async (_, without) => {
    await using daemon = await startAsked({ without });
    const { thread: start } = await daemon.project();
    const turn = await (await start()).say("[[say n=2]]");
    expect(turn).toMatchObject({ state: "done", usage: { requests: 1, estimated: true } });
  });

  test("that has no reasoning, in a turn with an effort", async () => {
    await using daemon = await startAsked({ without: ["reasoning"] });
    const { thread: start } = await daemon.project();
    const thread = await start();
    const turn = await thread.say("[[say n=2]]", { effort: "high" });
    expect(turn).toMatchObject({ state: "done", effort: "high", usage: { requests: 1 } });
    expect(await capabilitiesOf(daemon)).toMatchObject({ reasoning: false, customTools: true });
  });

  test("that demands its reasoning back with every call", async () => {
    await using daemon = await startAsked({ without: ["responses"], demandsReasoning: true });
    const { thread: start } = await daemon.project();
    const thread = await start();
    const thinking = { reasoning: "Let me look.", ...exec("true") };
    const turn = await thread.say(steps(thinking, exec("true"), { text: "done" }));
    expect(turn).toMatchObject({ state: "done", usage: { requests: 4 } });
    expect(await capabilitiesOf(daemon)).toMatchObject({ replaysReasoning: true });
    const last = daemon.requestsOf(thread).at(-1)?.body.messages as {
      reasoning_content?: string;
    }[];
    const told = last
      .map((message) => message.reasoning_content)
      .filter((text) => text !== undefined);
    expect(told).toEqual(["Let me look.", ""]);
  });
});

describe("what an endpoint can do", () => {
  const asks = (daemon: TestDaemon) =>
    daemon.model.requests().filter(({ cacheKey }) => cacheKey === "probe").length;

  test("is asked once for all turns, also after a restart, and again when somebody wants to", async () => {
    await using daemon = await startAsked({});
    const { thread } = await daemon.project();
    const threads = await Promise.all([thread(), thread(), thread()]);
    await Promise.all(threads.map((one) => one.say("[[say n=1]]")));
    expect(asks(daemon)).toBe(2);
    await daemon.stop();
    await daemon.restart();
    await threads[0].say("[[say n=1]]");
    expect(asks(daemon)).toBe(2);
    const client = await daemon.client();
    const found = await client.call("model/probe", { model: "local/scripted" });
    expect(found).toMatchObject({ wireApi: "responses", functionCalls: true, customTools: true });
    expect(asks(daemon)).toBe(4);
  });

  test("is found out anew when it refuses what it was thought to take", async () => {
    await using daemon = await startTestDaemon({ model: { without: ["customTools"] } });
    const { thread: start } = await daemon.project();
    const thread = await start();
    const input = { input: "*** Begin Patch\n*** Add File: new.txt\n+one\n*** End Patch" };
    const add: Step = { calls: [{ tool: "apply_patch", input }] };
    const turn = await thread.say(steps(add, { text: "done" }));
    expect(turn).toMatchObject({ state: "done", usage: { requests: 3 } });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["new.txt"]);
  });

  test("cannot be asked of a provider that is not there", async () => {
    await using daemon = await startAsked(
      {},
      '[providers.down]\nbase_url = "http://127.0.0.1:1/v1"',
    );
    const client = await daemon.client();
    await expect(client.call("model/probe", { model: "down/m" })).rejects.toMatchObject({
      kind: "providerUnavailable",
      message: expect.stringMatching(/^down\/m: /),
    });
  });
});

describe("two patches in a row that fail", () => {
  const badPatch: Step = {
    calls: [
      {
        tool: "apply_patch",
        input: {
          input: "*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+three\n*** End Patch",
        },
      },
    ],
  };

  test("change the thread to edit, once and for good, and the history says so", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project({ "a.txt": "one\n" });
    const thread = await start();
    const edit = { path: "a.txt", old_string: "one", new_string: "two" };
    const mend: Step = { calls: [{ tool: "edit", input: edit }] };
    const turn = await thread.say(steps(badPatch, badPatch, mend, { text: "done" }));
    expect(turn.state).toBe("done");
    expect((await thread.diff()).files[0]?.hunks[0]?.lines).toEqual(["-one", "+two"]);
    await daemon.stop();
    await daemon.restart();
    await thread.say("[[say n=1]]");
    const requests = daemon.requestsOf(thread);
    expect(requests.map(({ tools }) => tools[2]?.name)).toEqual([
      ...["apply_patch", "apply_patch", "edit", "edit", "edit"],
    ]);
    const said = requests.map(
      ({ items }) => JSON.stringify(items).split("<tools_changed>").length - 1,
    );
    expect(said).toEqual([0, 0, 1, 1, 1]);
  });

  test("change nothing when one between them was applied, or in another thread", async () => {
    await using daemon = await startTestDaemon();
    const { thread: start } = await daemon.project({ "a.txt": "one\n" });
    const [thread, other] = await Promise.all([start(), start()]);
    const good = addFile("b.txt", "b");
    await thread.say(steps(badPatch, good, badPatch, { text: "done" }));
    await other.say(steps(badPatch, { text: "done" }));
    const requests = [...daemon.requestsOf(thread), ...daemon.requestsOf(other)];
    expect(new Set(requests.map(({ tools }) => tools[2]?.name))).toEqual(new Set(["apply_patch"]));
  });
});

describe("roles", () => {
  test("are given to models in the file and in the running daemon, comments and all", async () => {
    await using daemon = await startTestDaemon();
    const client = await daemon.client();
    const before = readFileSync(daemon.paths.config, "utf8");
    const given = await client.call("model/use", {
      role: "fast",
      model: "local/quick",
      effort: "low",
    });
    expect(given).toEqual({ role: "fast", model: "local/quick", effort: "low" });
    expect(readFileSync(daemon.paths.config, "utf8")).toBe(
      before.replace("[models]\n", '[models]\nfast = { model = "local/quick", effort = "low" }\n'),
    );
    const { thread: start } = await daemon.project();
    const thread = await start();
    const say = async (more: Parameters<typeof thread.say>[1]) => {
      const { model, effort, state } = await thread.say("[[say n=1]]", more);
      return { model, effort, state };
    };
    const quick = { model: "local/quick", effort: "low", state: "done" };
    expect(await say({ role: "fast" })).toEqual(quick);
    expect(await say({ role: "fast", effort: "high" })).toEqual({ ...quick, effort: "high" });
    expect(await say({ role: "review" })).toMatchObject({ model: "local/scripted", effort: null });
    expect(await say({ role: "fast", model: "local/third" })).toMatchObject({
      model: "local/third",
    });
    await daemon.stop();
    await daemon.restart();
    const { roles } = await client.call("model/list", {});
    expect(roles).toEqual([
      { role: "main", model: "local/scripted", effort: null },
      { role: "fast", model: "local/quick", effort: "low" },
      { role: "cheap", model: "local/quick", effort: "low" },
      { role: "review", model: "local/scripted", effort: null },
    ]);
  });

  test("go to no model of an unknown provider", async () => {
    await using daemon = await startTestDaemon();
    const before = readFileSync(daemon.paths.config, "utf8");
    const client = await daemon.client();
    await expect(client.call("model/use", { role: "main", model: "far/m" })).rejects.toMatchObject({
      kind: "invalidParams",
      message: expect.stringContaining("no provider for the model far/m"),
    });
    expect(readFileSync(daemon.paths.config, "utf8")).toBe(before);
  });
});

test("a turn costs what the user's prices say, and each request is counted", async () => {
  const config = '[prices."local/scripted"]\ninput = 2\ncached_input = 0.5\noutput = 10';
  await using daemon = await startTestDaemon({ config });
  const { thread: start } = await daemon.project();
  const thread = await start();
  const { usage } = await thread.say(steps(exec("true"), { text: "done" }));
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  const millionths = fresh * 2 + usage.cachedInputTokens * 0.5 + usage.outputTokens * 10;
  expect(usage.costUsd).toBeCloseTo(millionths / 1e6, 12);
  expect(usage.costUsd).toBeGreaterThan(0);
});

/** A program of the user's machine, as far as its list of models tells it. */
async function localServer(answers: Readonly<Record<string, unknown>>) {
  const server = createServer(({ url = "" }, response) => {
    const answer = answers[url];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1`;
  return { url, [Symbol.dispose]: () => void server.close() };
}

test("a model that is served with too little context is listed with the setting to change", async () => {
  using ollama = await localServer({
    "/v1/models": { data: [{ id: "qwen3:8b" }, { id: "big" }] },
    "/api/tags": { models: [{ name: "qwen3:8b" }, { name: "big" }] },
    "/api/ps": { models: [{ name: "qwen3:8b", context_length: 4096 }] },
  });
  const config = `[providers.ollama]\nbase_url = "${ollama.url}"`;
  await using daemon = await startTestDaemon({ config });
  const { models } = await (await daemon.client()).call("model/list", {});
  const told = models.filter(({ provider }) => provider === "ollama");
  expect(told.map(({ id, contextLength }) => [id, contextLength])).toEqual([
    ["ollama/qwen3:8b", 4096],
    ["ollama/big", null],
  ]);
  expect(told[0]?.warning).toContain("OLLAMA_CONTEXT_LENGTH=32768 ollama serve");
  expect(told[1]?.warning).toBeNull();
});
