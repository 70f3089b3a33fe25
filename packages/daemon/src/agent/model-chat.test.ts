import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ScriptedModel, startScriptedModel } from "../scripted-model/server.ts";
import { streamModel } from "./model.ts";
import { presumed } from "./model-capabilities.ts";
import type { ModelErrorKind } from "./model-error.ts";
import { entriesOf, request, script, tools } from "./model-fixture.test.support.ts";
import type { ModelEvent, ModelRequest } from "./model-types.ts";

let model: ScriptedModel;
const capabilities = presumed("chat");

beforeAll(async () => {
  model = await startScriptedModel({ without: ["responses"] });
});
afterAll(() => model[Symbol.asyncDispose]());

async function collect(
  asked: ModelRequest,
  {
    url = model.url,
    able = capabilities,
    idleTimeoutMs = 5000,
    signal = new AbortController().signal,
  } = {},
): Promise<ModelEvent[]> {
  const endpoint = { baseUrl: url, apiKey: undefined, capabilities: able };
  return await Array.fromAsync(streamModel(endpoint, asked, { signal, idleTimeoutMs }));
}

const lastBody = () => model.requests().at(-1)?.body;
test("a text comes as deltas, then whole, then with its usage", async () => {
  expect(await collect(request("[[say n=3]]"))).toEqual([
    { type: "itemStarted", index: 0, kind: "message" },
    { type: "textDelta", index: 0, text: "the " },
    { type: "textDelta", index: 0, text: "shuttle " },
    { type: "textDelta", index: 0, text: "passes" },
    {
      type: "itemDone",
      index: 0,
      entry: {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "the shuttle passes", annotations: [] }],
      },
    },
    {
      type: "completed",
      usage: {
        inputTokens: expect.any(Number),
        cachedInputTokens: 0,
        outputTokens: 3,
        reasoningTokens: 0,
      },
    },
  ]);
});

test("reasoning and calls are put together from their pieces, a freeform one as a function", async () => {
  const patch = "*** Begin Patch\n*** Add File: a\n+🧵\n*** End Patch";
  const calls = [
    { tool: "exec_command", input: { cmd: "ls" }, callId: "call_1" },
    { tool: "apply_patch", input: { input: patch }, callId: "call_2" },
  ];
  const events = await collect(request(script({ reasoning: "Think first.", calls })));
  expect(entriesOf(events)).toEqual([
    {
      type: "reasoning",
      summary: [{ type: "summary_text", text: "Think first." }],
      chat_field: "reasoning_content",
    },
    {
      type: "function_call",
      call_id: "call_1",
      name: "exec_command",
      arguments: '{"cmd":"ls"}',
    },
    {
      type: "function_call",
      call_id: "call_2",
      name: "apply_patch",
      arguments: JSON.stringify({ input: patch }),
    },
  ]);
  expect(events.filter(({ type }) => type === "itemStarted")).toHaveLength(3);
});

test("a request has only what every server knows", async () => {
  await collect({ ...request("hi"), effort: "low" });
  expect(lastBody()).toEqual({
    model: "scripted",
    tools: [
      {
        type: "function",
        function: {
          name: "exec_command",
          description: "Runs a command.",
          parameters: { type: "object", properties: { cmd: { type: "string" } } },
        },
      },
      {
        type: "function",
        function: {
          name: "apply_patch",
          description: "Applies a patch.",
          parameters: {
            type: "object",
            properties: { input: { type: "string" } },
            required: ["input"],
          },
        },
      },
    ],
    messages: [
      { role: "system", content: "You are a test." },
      { role: "user", content: "hi" },
    ],
    reasoning_effort: "low",
    stream: true,
    stream_options: { include_usage: true },
  });
});

test("neither an effort nor a count is asked of an endpoint that has none; it is estimated", async () => {
  const able = { ...capabilities, reasoning: false, usage: false };
  await using poor = await startScriptedModel({
    without: ["responses", "reasoning", "streamOptions"],
  });
  const asked = { ...request("[[say n=40]]"), effort: "high" } as const;
  const events = await collect(asked, { url: poor.url, able });
  const body = poor.requests().at(-1)?.body ?? {};
  expect(Object.keys(body)).toEqual(["model", "tools", "messages", "stream"]);
  expect(events.at(-1)).toEqual({
    type: "completed",
    usage: {
      inputTokens: Math.ceil(JSON.stringify(body).length / 4),
      cachedInputTokens: 0,
      outputTokens: expect.any(Number),
      reasoningTokens: 0,
      estimated: true,
    },
  });
});

test("a longer history only adds to the request, byte for byte", async () => {
  const first = request(
    script(
      { text: "I look.", calls: [{ tool: "exec_command", input: { cmd: "ls" } }] },
      { text: "Done." },
    ),
  );
  const entries = entriesOf(await collect(first));
  const output = { type: "function_call_output", call_id: entries[1]?.call_id, output: "a" };
  const second = { ...first, input: [...first.input, ...entries, output] };
  const before = JSON.stringify(lastBody()?.messages);
  expect(entriesOf(await collect(second))).toMatchObject([{ content: [{ text: "Done." }] }]);
  const after = JSON.stringify(lastBody()?.messages);
  expect(after.startsWith(before.slice(0, -1))).toBe(true);
});

describe("a fault ends the response as the other API's does, and the next try succeeds:", () => {
  test.each<[string, ModelErrorKind]>([
    ["fault=429 retry-after=7", "rateLimited"],
    ["fault=429 code=insufficient_quota", "quota"],
    ["fault=503", "unavailable"],
    ["fault=400 code=context_length_exceeded", "contextLength"],
    ["fault=403", "unauthorized"],
    ["fault=cut at=3", "cut"],
    ["fault=end at=3", "cut"],
    ["fault=malformed at=3", "malformed"],
    ["fault=error at=3 code=server_error", "unavailable"],
    ["fault=failed at=3 code=rate_limit_exceeded", "rateLimited"],
    ["fault=incomplete at=3", "contextLength"],
    ["fault=incomplete at=3 reason=content_filter", "badRequest"],
  ])("%s is %s", async (fault, kind) => {
    const asked = request(`[[say n=5 ${fault}]]`);
    await expect(collect(asked)).rejects.toMatchObject({ name: "ModelError", kind });
    expect((await collect(asked)).at(-1)).toMatchObject({ type: "completed" });
  });

  test("a stream that is cut before its calls are complete never completes", async () => {
    const calls = [{ tool: "exec_command", input: { cmd: "ls -l /a/long/way" } }];
    const text = script({ reasoning: "Why.", text: "What.", calls });
    const whole = await chunkCount(text);
    expect(whole).toBe(8);
    for (const fault of ["cut", "end"]) {
      // The last chunk but the usage says that the response is over.
      for (let at = 0; at < whole - 1; at += 1) {
        const asked = request(text.replace("[[steps]]", `[[steps fault=${fault} at=${at}]]`));
        await expect(collect(asked)).rejects.toMatchObject({ kind: "cut" });
      }
    }
  });

  test("one that is cut after that has completed, and is counted by an estimate", async () => {
    const asked = request("[[say n=2 fault=end at=4]]");
    expect((await collect(asked)).at(-1)).toMatchObject({ usage: { estimated: true } });
  });
});

async function chunkCount(text: string): Promise<number> {
  const body = {
    tools: tools.map(({ name }) => ({ type: "function", function: { name } })),
    messages: [{ role: "user", content: text }],
    stream: true,
    stream_options: { include_usage: true },
  };
  const init = { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${model.url}/chat/completions`, init);
  return (await response.text()).split("\n\n").filter((frame) => frame.startsWith("data: {"))
    .length;
}

/** Answers every request with these chunks. */
async function serverOf(
  chunks: readonly unknown[],
  ends = true,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    if (ends) response.end("data: [DONE]\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dispose = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/v1`, [Symbol.asyncDispose]: dispose };
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const call = (index: number | undefined, id: string | undefined, called: object) =>
  chunk({
    tool_calls: [{ ...(index !== undefined && { index }), ...(id && { id }), function: called }],
  });

describe("what servers do differently:", () => {
  test.each([
    [
      "all calls have the number 0",
      [
        call(0, "a", { name: "one", arguments: "{}" }),
        call(0, "b", { name: "two", arguments: "{}" }),
      ],
    ],
    [
      "calls have no number",
      [
        call(undefined, "a", { name: "one", arguments: "{" }),
        call(undefined, undefined, { arguments: "}" }),
        call(undefined, "b", { name: "two", arguments: "{}" }),
      ],
    ],
    [
      "each piece repeats the call's id and name",
      [
        call(0, "a", { name: "one", arguments: "{" }),
        call(0, "a", { name: "one", arguments: "}" }),
        call(1, "b", { name: "two", arguments: "{}" }),
      ],
    ],
    [
      "arguments are an object, or missing",
      [call(0, "a", { name: "one", arguments: {} }), call(1, "b", { name: "two" })],
    ],
  ])("%s", async (_, chunks) => {
    await using server = await serverOf([...chunks, chunk({}, "tool_calls")]);
    const calls = entriesOf(await collect(request("hi"), server));
    expect(calls.map(({ call_id, name, arguments: text }) => [call_id, name, text])).toEqual([
      ["a", "one", "{}"],
      ["b", "two", "{}"],
    ]);
  });

  test("a call without an id gets one", async () => {
    const nameless = [call(0, undefined, { name: "one", arguments: "{}" }), chunk({}, "stop")];
    await using server = await serverOf(nameless);
    const [entry] = entriesOf(await collect(request("hi"), server));
    expect(entry?.call_id).toMatch(/^call_./);
  });

  test("a stream that stays open behind its end is not waited for", async () => {
    await using server = await serverOf([chunk({ content: "ok" }), chunk({}, "stop")], false);
    const events = await collect(request("hi"), { ...server, idleTimeoutMs: 60_000 });
    expect(events.at(-1)).toMatchObject({ type: "completed", usage: { estimated: true } });
  });

  test("the numbers come with the last piece", async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2 };
    await using server = await serverOf([{ ...chunk({ content: "ok" }, "stop"), usage }]);
    const events = await collect(request("hi"), server);
    expect(events.at(-1)).toMatchObject({ usage: { inputTokens: 7, outputTokens: 2 } });
  });
});

test("an abort throws the signal's own reason, also behind the end of the text", async () => {
  const turn = new AbortController();
  const running = collect(request("[[hang]]"), { signal: turn.signal });
  turn.abort();
  await expect(running).rejects.toBe(turn.signal.reason);
});
