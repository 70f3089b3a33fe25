import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ScriptedModel,
  type ScriptedModelOptions,
  startScriptedModel,
} from "../packages/daemon/src/scripted-model/server.ts";
import { addFile, exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

/** Endpoints that lack something, each as a provider; what they can do is found out. */
const endpoints = {
  full: {},
  chat: { without: ["responses"] },
  functions: { without: ["customTools"] },
  uncounted: { without: ["responses", "usage"] },
  uncountedResponses: { without: ["usage"] },
  refusesToCount: { without: ["responses", "streamOptions"] },
  thoughtless: { without: ["reasoning"] },
  mistaken: { without: ["customTools"] },
  forgetful: { without: ["responses"], demandsReasoning: true },
} as const satisfies Record<string, ScriptedModelOptions>;
type EndpointName = keyof typeof endpoints;

const stack = new AsyncDisposableStack();
const models = new Map<string, ScriptedModel>();
let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  for (const [id, options] of Object.entries(endpoints)) {
    models.set(id, stack.use(await startScriptedModel(options)));
  }
  const providers = [...models].map(([id, { url }]) => {
    const presumed = id === "mistaken" ? '\nwire_api = "responses"' : "";
    return `[providers.${id}]\nbase_url = "${url}"${presumed}`;
  });
  const config = `${providers.join("\n")}
[providers.down]
base_url = "http://127.0.0.1:1/v1"
[providers.ollama]
base_url = "${await startOllama()}"
[prices."local/priced"]
input = 2
cached_input = 0.5
output = 10`;
  daemon = stack.use(await startTestDaemon({ config }));
  project = await daemon.project({ "a.txt": "one\n" });
});
afterAll(() => stack[Symbol.asyncDispose]());

/** As far as Ollama's list of models tells it. */
async function startOllama(): Promise<string> {
  const answers: Readonly<Record<string, unknown>> = {
    "/v1/models": { data: [{ id: "qwen3:8b" }, { id: "idle" }] },
    "/api/tags": { models: [{ name: "qwen3:8b" }, { name: "idle" }] },
    "/api/ps": { models: [{ name: "qwen3:8b", context_length: 4096 }] },
  };
  const server = createServer(({ url = "" }, response) => {
    response.statusCode = url in answers ? 200 : 404;
    response.end(JSON.stringify(answers[url] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** What the endpoint was asked for a thread, or in probes. */
function requestsTo(name: EndpointName, key: string) {
  return (models.get(name)?.requests() ?? []).filter(({ cacheKey }) => cacheKey === key);
}

async function listed(id: string) {
  const { models } = await (await daemon.client()).call("model/list", {});
  return models.find((model) => model.id === id);
}

async function capabilitiesOf(name: EndpointName) {
  await (await project.thread()).say("[[say n=1]]", { model: `${name}/scripted` });
  return (await listed(`${name}/scripted`))?.capabilities;
}

interface Demo {
  readonly files: Readonly<Record<string, string>>;
  readonly tasks: readonly { readonly prompt: string }[];
}

/** Has the demo's first task done; the agent says itself what the tests in the box told it. */
async function doDemoTask(model: string) {
  const demo = (await (await fetch(new URL("/demo", daemon.model.url))).json()) as Demo;
  const { thread: start } = await daemon.project(demo.files);
  const thread = await start();
  const turn = await thread.say(demo.tasks[0]?.prompt ?? "", { model });
  expect(turn).toMatchObject({
    state: "done",
    summary: expect.stringMatching(/All tests pass\.$/),
  });
  const [file] = (await thread.diff()).files;
  expect(JSON.stringify(file?.hunks)).toContain("Math.floor(");
  return { turn, thread };
}

describe("the demo's task is done", () => {
  test("by a server that speaks Chat Completions only", async () => {
    const { turn, thread } = await doDemoTask("chat/scripted");
    expect(turn.usage).toMatchObject({ estimated: false });
    expect(turn.usage.cachedInputTokens).toBeGreaterThan(0);
    expect(requestsTo("chat", thread.id).every(({ body }) => "messages" in body)).toBe(true);
    expect(thread.items("reasoning").length).toBeGreaterThan(0);
    expect((await listed("chat/scripted"))?.capabilities).toEqual({
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
    const { thread } = await doDemoTask("functions/scripted");
    const requests = requestsTo("functions", thread.id);
    expect(requests.every(({ body }) => "input" in body)).toBe(true);
    const tools = requests.flatMap((request) => request.tools);
    expect(tools.find(({ name }) => name === "apply_patch")).toMatchObject({ custom: false });
    expect(tools.some(({ custom }) => custom)).toBe(false);
  });

  test("by one that counts nothing: its tokens are estimated, and marked so", async () => {
    const { turn } = await doDemoTask("uncounted/scripted");
    expect(turn.usage).toMatchObject({ estimated: true, costUsd: null });
    expect(turn.usage.inputTokens).toBeGreaterThan(1000);
  });
});

test("a model of an unknown family is offered edit and write_file, and edits with them", async () => {
  const thread = await project.thread();
  const options = { model: "local/other" };
  const turn = await thread.say("[[edit path=a.txt find=one replace=two]]", options);
  expect(turn.state).toBe("done");
  expect((await thread.diff()).files[0]?.hunks[0]?.lines).toEqual(["-one", "+two"]);
  await thread.say('[[write path=c.txt text="three\\n"]]', options);
  expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["a.txt", "c.txt"]);
  const names = daemon.requestsOf(thread).map(({ tools }) => tools.map(({ name }) => name));
  expect(names[0]?.slice(2, 4)).toEqual(["edit", "write_file"]);
});

describe("an endpoint is known", () => {
  test.each([
    ["refusesToCount", { wireApi: "chat", usage: false }],
    ["uncountedResponses", { wireApi: "responses", usage: false, customTools: true }],
    ["thoughtless", { wireApi: "responses", reasoning: false, customTools: true }],
  ] as const)("as %s from its first turn on, and none of it fails", async (name, able) => {
    expect(await capabilitiesOf(name)).toMatchObject(able);
    const options = { model: `${name}/scripted`, effort: "high" } as const;
    const turn = await (await project.thread()).say("[[say n=2]]", options);
    const estimated = !("usage" in able) ? false : !able.usage;
    expect(turn).toMatchObject({ state: "done", usage: { requests: 1, estimated } });
  });

  test("as one that demands its reasoning back, from when it says so", async () => {
    const thread = await project.thread();
    const prompt = steps({ reasoning: "Let me look.", ...exec("true") }, exec("true"), {
      text: "done",
    });
    const turn = await thread.say(prompt, { model: "forgetful/scripted" });
    expect(turn).toMatchObject({ state: "done", usage: { requests: 4 } });
    const { messages } = requestsTo("forgetful", thread.id).at(-1)?.body ?? {};
    const told = (messages as { reasoning_content?: string }[]).map((it) => it.reasoning_content);
    expect(told.filter((text) => text !== undefined)).toEqual(["Let me look.", ""]);
    expect((await listed("forgetful/scripted"))?.capabilities).toMatchObject({
      replaysReasoning: true,
    });
  });

  test("to several turns at once, after a restart as well, and anew to who wants it", async () => {
    const asked = () => requestsTo("full", "probe").length;
    const model = "full/scripted";
    const threads = await Promise.all([project.thread(), project.thread()]);
    await Promise.all(threads.map((one) => one.say("[[say n=1]]", { model })));
    expect(asked()).toBe(2);
    await daemon.stop();
    await daemon.restart();
    await threads[0].say("[[say n=1]]", { model });
    expect(asked()).toBe(2);
    const client = await daemon.client();
    const found = await client.call("model/probe", { model });
    expect(found).toMatchObject({ wireApi: "responses", functionCalls: true, customTools: true });
    expect(asked()).toBe(4);
  });

  test("anew when it refuses what it was thought to take", async () => {
    const thread = await project.thread();
    const input = { input: "*** Begin Patch\n*** Add File: new.txt\n+one\n*** End Patch" };
    const add: Step = { calls: [{ tool: "apply_patch", input }] };
    const turn = await thread.say(steps(add, { text: "done" }), { model: "mistaken/scripted" });
    expect(turn).toMatchObject({ state: "done", usage: { requests: 3 } });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["new.txt"]);
  });

  test("to nobody where nothing answers", async () => {
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
        input: "*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+three\n*** End Patch",
      },
    ],
  };
  const editTools = (...threads: TestThread[]) =>
    threads.flatMap((thread) => daemon.requestsOf(thread).map(({ tools }) => tools[2]?.name));

  test("change the thread to edit, once and for good, and the history says so", async () => {
    const thread = await project.thread();
    const edit = { path: "a.txt", old_string: "one", new_string: "two" };
    const mend: Step = { calls: [{ tool: "edit", input: edit }] };
    const turn = await thread.say(steps(badPatch, badPatch, mend, { text: "done" }));
    expect(turn.state).toBe("done");
    expect((await thread.diff()).files[0]?.hunks[0]?.lines).toEqual(["-one", "+two"]);
    await daemon.stop();
    await daemon.restart();
    await thread.say("[[say n=1]]");
    expect(editTools(thread)).toEqual(["apply_patch", "apply_patch", "edit", "edit", "edit"]);
    const said = daemon
      .requestsOf(thread)
      .map(
        ({ items }) => JSON.stringify(items).split("apply_patch is no longer offered").length - 1,
      );
    expect(said).toEqual([0, 0, 1, 1, 1]);
  });

  test("change nothing when one between them was applied, or in another thread", async () => {
    const [thread, other] = await Promise.all([project.thread(), project.thread()]);
    await thread.say(steps(badPatch, addFile("b.txt", "b"), badPatch, { text: "done" }));
    await other.say(steps(badPatch, { text: "done" }));
    expect(new Set(editTools(thread, other))).toEqual(new Set(["apply_patch"]));
  });
});

test("a turn costs what the user's prices say", async () => {
  const thread = await project.thread();
  const prompt = steps(exec("true"), { text: "done" });
  const { usage } = await thread.say(prompt, { model: "local/priced" });
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  const millionths = fresh * 2 + usage.cachedInputTokens * 0.5 + usage.outputTokens * 10;
  expect(usage.costUsd).toBeCloseTo(millionths / 1e6, 12);
  expect(usage.costUsd).toBeGreaterThan(0);
});

test("a model that is served with too little context is listed with the setting to change", async () => {
  const [small, idle] = [await listed("ollama/qwen3:8b"), await listed("ollama/idle")];
  expect(small).toMatchObject({
    contextLength: 4096,
    warning: expect.stringContaining("OLLAMA_CONTEXT_LENGTH=32768 ollama serve"),
  });
  expect(idle).toMatchObject({ contextLength: null, warning: null });
});

describe("roles", () => {
  test("go to no model of an unknown provider", async () => {
    const before = readFileSync(daemon.paths.config, "utf8");
    const client = await daemon.client();
    await expect(client.call("model/use", { role: "main", model: "far/m" })).rejects.toMatchObject({
      kind: "invalidParams",
      message: expect.stringContaining("no provider for the model far/m"),
    });
    expect(readFileSync(daemon.paths.config, "utf8")).toBe(before);
  });

  test("are given to models in the file and in the running daemon", async () => {
    const client = await daemon.client();
    const before = readFileSync(daemon.paths.config, "utf8");
    const given = { role: "fast", model: "local/quick", effort: "low" } as const;
    expect(await client.call("model/use", given)).toEqual(given);
    expect(readFileSync(daemon.paths.config, "utf8")).toBe(
      before.replace("[models]\n", '[models]\nfast = { model = "local/quick", effort = "low" }\n'),
    );
    const thread = await project.thread();
    const say = async (more: Parameters<typeof thread.say>[1]) => {
      const { model, effort } = await thread.say("[[say n=1]]", more);
      return { model, effort };
    };
    const quick = { model: "local/quick", effort: "low" };
    expect(await say({ role: "fast" })).toEqual(quick);
    expect(await say({ role: "fast", effort: "high" })).toEqual({ ...quick, effort: "high" });
    expect(await say({ role: "review" })).toEqual({ model: "local/scripted", effort: null });
    expect(await say({ role: "fast", model: "local/third" })).toEqual({
      model: "local/third",
      effort: null,
    });
  });

  test("are those of the file after a restart", async () => {
    await daemon.stop();
    await daemon.restart();
    const { roles } = await (await daemon.client()).call("model/list", {});
    expect(roles).toEqual([
      { role: "main", model: "local/scripted", effort: null },
      { role: "fast", model: "local/quick", effort: "low" },
      { role: "cheap", model: "local/quick", effort: "low" },
      { role: "review", model: "local/scripted", effort: null },
    ]);
  });
});
