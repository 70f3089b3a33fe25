import { once } from "node:events";
import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exec, faulty, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

const key = "hdl-0123456789-secret";
let daemon: TestDaemon;
let project: TestProject;
let silent: ReturnType<typeof createServer>;
beforeAll(async () => {
  silent = createServer((request, response) => {
    response.statusCode = request.url === "/v1/responses" ? 404 : 500;
    response.end("no such thing");
  }).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  daemon = await startTestDaemon({
    env: { GOOD_KEY: key, BAD_KEY: "hdl-a-wrong-key" },
    model: { apiKey: key },
    provider: 'api_key_env = "GOOD_KEY"',
  });
  const { url } = daemon.model;
  const config = `${readFileSync(daemon.paths.config, "utf8")}
[providers.wrong]
base_url = "${url}"
api_key_env = "BAD_KEY"
[providers.none]
base_url = "${url}"
api_key_env = "NO_SUCH_KEY"
[providers.down]
base_url = "http://127.0.0.1:1/v1"
[providers.elsewhere]
base_url = "http://127.0.0.1:${port}/v1"
[providers.command]
base_url = "${url}"
api_key_command = "printf %s ${key}"
[providers.open]
base_url = "${url}"
api_key_file = "${join(daemon.root, "open.key")}"
`;
  writeFileSync(join(daemon.root, "open.key"), key, { mode: 0o644 });
  writeFileSync(daemon.paths.config, config);
  await daemon.stop();
  await daemon.restart();
  project = await daemon.project({ "a.txt": "one\n" });
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  silent.close();
});

const visible: Step = exec("echo ran >> ran.txt");
const call: Step = { text: "I run it.", calls: visible.calls ?? [] };

describe("a turn fails, and says what to do,", () => {
  test("when the key is missing", async () => {
    const thread = await project.thread();
    expect(await thread.say("[[say]]", { model: "none/m" })).toMatchObject({
      state: "failed",
      failure: {
        kind: "noCredentials",
        message: expect.stringMatching(/needs the key in NO_SUCH_KEY, which is not set; set it/),
      },
    });
  });

  test("when others can read the key's file", async () => {
    const thread = await project.thread();
    expect(await thread.say("[[say]]", { model: "open/m" })).toMatchObject({
      state: "failed",
      failure: { kind: "noCredentials", message: expect.stringContaining("chmod 600") },
    });
  });

  test("when the endpoint refuses the key", async () => {
    const thread = await project.thread();
    expect(await thread.say("[[say]]", { model: "wrong/m" })).toMatchObject({
      state: "failed",
      failure: {
        kind: "noCredentials",
        message: expect.stringMatching(/401: the API key is wrong; check the provider's key/),
        details: { reason: "unauthorized", status: 401 },
      },
      usage: { requests: 1 },
    });
  });

  test.concurrent("when nothing listens at the endpoint, after five tries", async () => {
    const thread = await project.thread();
    expect(await thread.say("[[say]]", { model: "down/m" })).toMatchObject({
      state: "failed",
      failure: {
        kind: "providerUnavailable",
        message: expect.stringMatching(/http:\/\/127\.0\.0\.1:1\/v1.*check that the endpoint runs/),
      },
      usage: { requests: 5 },
    });
  });

  test.concurrent("when the endpoint answers nothing but 500, after five tries", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[say fault=500 times=9]]");
    await thread.until(({ turns }) => turns[0]?.state === "retryWait" && turns[0].retryAt !== null);
    expect(await thread.ended(turn.id)).toMatchObject({
      state: "failed",
      failure: { kind: "providerUnavailable", details: { status: 500 } },
      retryAt: null,
      usage: { requests: 5 },
    });
  });

  test("at once when the quota is used up", async () => {
    const thread = await project.thread();
    expect(await thread.say("[[say fault=429 code=insufficient_quota times=9]]")).toMatchObject({
      state: "failed",
      failure: { kind: "providerUnavailable", message: expect.stringContaining("quota") },
      usage: { requests: 1 },
    });
  });

  test("at once when there is no such API at the address", async () => {
    const thread = await project.thread();
    expect(await thread.say("[[say]]", { model: "elsewhere/m" })).toMatchObject({
      state: "failed",
      failure: { kind: "providerUnavailable", details: { status: 404 } },
      usage: { requests: 1 },
    });
  });

  test("and the thread goes on with the next message", async () => {
    const thread = await project.thread();
    await thread.say("[[say fault=400 times=1]]");
    expect(await thread.say("[[say n=2]]")).toMatchObject({
      state: "done",
      summary: "the shuttle",
    });
  });

  test("a model of an unknown provider is refused before a turn begins", async () => {
    const thread = await project.thread();
    await expect(thread.send("hi", { model: "nobody/m" })).rejects.toMatchObject({
      kind: "invalidParams",
      message: expect.stringContaining("openai, local, wrong"),
    });
    expect((await thread.read()).turns).toEqual([]);
  });
});

describe("a fault that passes doubles nothing:", () => {
  test.concurrent.each([
    ["429 with a time to wait", "fault=429 times=2 retry-after=0"],
    ["500", "fault=500 times=2"],
    ["503", "fault=503 times=1"],
    ["a connection cut at once", "fault=cut at=0"],
    ["a connection cut in the message", "fault=cut at=6"],
    ["a stream that ends in the message", "fault=end at=7 times=2"],
    ["a stream that ends behind the call, before it is complete", "fault=end at=16"],
    ["a stream that ends between the call and the end of the response", "fault=end at=14"],
    ["a failed response", "fault=failed at=9"],
    ["an error in the stream", "fault=error at=9 code=server_error"],
    ["half a line of JSON", "fault=malformed at=8"],
  ])("%s", async (_, fault) => {
    const thread = await project.thread();
    const turn = await thread.say(faulty(fault, call, { text: "done" }));
    expect(turn).toMatchObject({ state: "done", summary: "done" });
    const [file, ...others] = (await thread.diff()).files;
    expect([file?.path, others]).toEqual(["ran.txt", []]);
    expect(file?.hunks[0]?.lines).toEqual(["+ran"]);
    expect(thread.items("commandExecution")).toHaveLength(1);
    const messages = thread.items("agentMessage").filter(({ state }) => state === "completed");
    expect(messages.map(({ text }) => text)).toEqual(["I run it.", "done"]);
  });

  test.concurrent("arguments that are cut are told to the model, and nothing is run", async () => {
    const thread = await project.thread();
    const turn = await thread.say(faulty("fault=truncatedArguments", visible, { text: "sorry" }));
    expect(turn).toMatchObject({ state: "done", summary: "sorry", commit: null });
    expect(thread.items("commandExecution")).toEqual([]);
  });

  test("what the model is sent afterwards has every call with one result", async () => {
    const thread = await project.thread();
    await thread.say(faulty("fault=end at=7", call, { text: "done" }));
    await thread.say("[[say n=1]]");
    const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
    const ids = (type: string) =>
      items.filter((item) => item.type === type).map((item) => item.call_id);
    expect(ids("function_call")).toHaveLength(1);
    expect(ids("function_call_output")).toEqual(ids("function_call"));
  });

  test("an interrupt in a wait before the next try ends the turn at once", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[say fault=429 times=9 retry-after=60]]");
    await thread.until(({ turns }) => turns[0]?.state === "retryWait");
    await thread.client.call("turn/interrupt", { turnId: turn.id });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "interrupted", retryAt: null });
  });
});

describe("the requests", () => {
  test("are stateless, with one cache key a thread and a prefix that never changes", async () => {
    const thread = await project.thread();
    await thread.say(steps(exec("true"), exec("false"), { text: "done" }));
    const requests = daemon.requestsOf(thread);
    expect(requests).toHaveLength(3);
    for (const { body } of requests) {
      expect(body).toMatchObject({ store: false, stream: true, model: "scripted" });
      expect(body.previous_response_id).toBeUndefined();
    }
    for (const [index, { items, tools }] of requests.entries()) {
      const next = requests[index + 1];
      expect(next?.items.slice(0, items.length) ?? items).toEqual(items);
      expect(tools.map(({ name }) => name)).toEqual([
        ...["exec_command", "write_stdin", "apply_patch", "read_file", "search", "code_map"],
        ...["update_plan", "ask_user", "finish"],
      ]);
    }
  });

  test("are counted with their tokens", async () => {
    const thread = await project.thread();
    const { usage } = await thread.say(steps(exec("true"), { text: "done" }));
    expect(usage).toMatchObject({ requests: 2 });
    expect(usage.inputTokens).toBeGreaterThan(usage.cachedInputTokens);
    expect(usage.outputTokens).toBeGreaterThan(0);
  });
});

test("models are listed with what is wrong with their providers", async () => {
  const { providers, models } = await (await daemon.client()).call("model/list", {});
  const summary = Object.fromEntries(
    providers.map(({ id, credentials, failure }) => [id, [credentials, failure]]),
  );
  expect(summary).toMatchObject({
    local: ["found", null],
    command: ["found", null],
    wrong: ["found", "it answered 401"],
    none: ["missing", expect.stringContaining("NO_SUCH_KEY")],
    down: ["none", expect.stringContaining("no answer")],
  });
  expect(models.find(({ id }) => id === "local/scripted")).toMatchObject({
    provider: "local",
    roles: ["main", "fast", "cheap", "review"],
    editTool: "apply_patch",
    price: null,
  });
});

test("no key stands in the log, in the database or in anything that a client is told", async () => {
  const thread = await project.thread();
  await thread.say("[[say n=3]]", { model: "command/m" });
  await thread.say(steps(exec("env; cat /proc/self/environ /proc/1/environ"), { text: "done" }));
  expect(thread.lastOutput()).toContain("PATH=");
  expect(thread.lastOutput()).not.toContain(key);
  const files = globSync(join(daemon.paths.state, "**/*")).filter((file) =>
    statSync(file).isFile(),
  );
  expect(files.map((file) => file.replace(daemon.paths.state, ""))).toEqual(
    expect.arrayContaining(["/heddle.db", "/heddle.log"]),
  );
  const telling = files.filter((file) => {
    const content = readFileSync(file);
    return content.includes(key) || content.includes("hdl-a-wrong-key");
  });
  expect(telling).toEqual([]);
});
