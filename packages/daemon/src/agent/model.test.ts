import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScriptedModel, startScriptedModel } from "../scripted-model/server.ts";
import { type ModelEvent, type ModelRequest, streamModel } from "./model.ts";
import { presumed } from "./model-capabilities.ts";
import { ModelError, type ModelErrorKind } from "./model-error.ts";
import { request, script, tools, user } from "./model-fixture.test.support.ts";

let model: ScriptedModel;
const capabilities = presumed("responses");

beforeAll(async () => {
  model = await startScriptedModel();
});
afterAll(() => model[Symbol.asyncDispose]());

interface Options {
  readonly signal?: AbortSignal;
  readonly idleTimeoutMs?: number;
  readonly url?: string;
  readonly apiKey?: string;
}

async function collect(
  asked: ModelRequest,
  { signal = new AbortController().signal, url = model.url, apiKey, ...rest }: Options = {},
): Promise<ModelEvent[]> {
  return await Array.fromAsync(
    streamModel({ baseUrl: url, apiKey, capabilities }, asked, { signal, ...rest }),
  );
}

async function failure(text: string, options?: Options): Promise<ModelError> {
  const error: unknown = await collect(request(text), options).catch((thrown: unknown) => thrown);
  if (error instanceof ModelError) return error;
  throw new Error(`no ModelError but ${String(error)}`);
}

const joined = (events: ModelEvent[], type: "textDelta" | "reasoningDelta"): string =>
  events.map((event) => (event.type === type ? event.text : "")).join("");

test("a text comes as deltas, then whole, then with its usage", async () => {
  const events = await collect(request("[[say n=3]]"));
  expect(events).toEqual([
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
        phase: "final_answer",
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

test("a reasoning summary, a function call and a custom call come as items to replay", async () => {
  const events = await collect(
    request(
      script({
        reasoning: "Think first.",
        calls: [
          { tool: "exec_command", input: { cmd: "ls" }, callId: "call_1" },
          { tool: "apply_patch", input: { input: "*** Begin Patch\n" }, callId: "call_2" },
        ],
      }),
    ),
  );
  expect(joined(events, "reasoningDelta")).toBe("Think first.");
  expect(events.filter(({ type }) => type === "itemStarted")).toEqual([
    { type: "itemStarted", index: 0, kind: "reasoning" },
    { type: "itemStarted", index: 1, kind: "functionCall", name: "exec_command" },
    { type: "itemStarted", index: 2, kind: "customToolCall", name: "apply_patch" },
  ]);
  expect(events.filter(({ type }) => type === "itemDone")).toEqual([
    {
      type: "itemDone",
      index: 0,
      entry: {
        type: "reasoning",
        summary: [{ type: "summary_text", text: "Think first." }],
        encrypted_content: expect.any(String),
      },
    },
    {
      type: "itemDone",
      index: 1,
      entry: {
        type: "function_call",
        call_id: "call_1",
        name: "exec_command",
        arguments: '{"cmd":"ls"}',
      },
      call: { callId: "call_1", name: "exec_command", arguments: '{"cmd":"ls"}', custom: false },
    },
    {
      type: "itemDone",
      index: 2,
      entry: {
        type: "custom_tool_call",
        call_id: "call_2",
        name: "apply_patch",
        input: "*** Begin Patch\n",
      },
      call: {
        callId: "call_2",
        name: "apply_patch",
        arguments: "*** Begin Patch\n",
        custom: true,
      },
    },
  ]);
});

test("a replayed conversation repeats the earlier request byte for byte, so it is cached", async () => {
  const first = request('[[run cmd="ls"]]');
  const events = await collect(first);
  const entries = events.flatMap((event) => (event.type === "itemDone" ? [event.entry] : []));
  const output = { type: "function_call_output", call_id: entries[0]?.call_id, output: "a file" };
  const second = await collect({ ...first, input: [...first.input, ...entries, output] });
  expect(joined(second, "textDelta")).toBe("Ran ls.");
  const usage = second.flatMap((event) => (event.type === "completed" ? [event.usage] : []))[0];
  const [, earlier] = model
    .requests()
    .slice(-2)
    .map(({ body }) => JSON.stringify(body).length / 4);
  expect(usage?.inputTokens).toBe(Math.ceil(earlier ?? 0));
  const share = (usage?.cachedInputTokens ?? 0) / (usage?.inputTokens ?? 1);
  expect(share).toBeGreaterThan(0.5);
});

test("a request is stateless and asks for encrypted reasoning", async () => {
  const asked = { ...request("hi"), effort: "low" } as const;
  await collect(asked);
  expect(model.requests().at(-1)?.body).toEqual({
    model: "scripted",
    instructions: "You are a test.",
    tools,
    input: [user("hi")],
    reasoning: { effort: "low", summary: "auto" },
    parallel_tool_calls: true,
    store: false,
    stream: true,
    include: ["reasoning.encrypted_content"],
    prompt_cache_key: asked.cacheKey,
  });
});

test.each<[string, ModelErrorKind, Partial<ModelError>]>([
  ["fault=429 retry-after=7", "rateLimited", { status: 429, retryAfterMs: 7_000 }],
  ["fault=429 code=insufficient_quota", "quota", { status: 429 }],
  ["fault=500", "unavailable", { status: 500 }],
  ["fault=503", "unavailable", { status: 503 }],
  ["fault=408", "unavailable", { status: 408 }],
  ["fault=409", "unavailable", { status: 409 }],
  ["fault=400", "badRequest", { status: 400 }],
  ["fault=404", "badRequest", { status: 404 }],
  ["fault=400 code=context_length_exceeded", "contextLength", { status: 400 }],
  ["fault=403", "unauthorized", { status: 403 }],
  ["fault=cut at=4", "cut", {}],
  ["fault=end at=4", "cut", {}],
  ["fault=malformed at=4", "malformed", {}],
  ["fault=failed", "unavailable", {}],
  ["fault=failed code=rate_limit_exceeded", "rateLimited", {}],
  ["fault=failed code=invalid_prompt", "badRequest", {}],
  ["fault=failed code=context_length_exceeded", "contextLength", {}],
  ["fault=error", "unavailable", {}],
  ["fault=error code=insufficient_quota", "quota", {}],
  ["fault=incomplete", "contextLength", {}],
  ["fault=incomplete reason=content_filter", "badRequest", {}],
])("%s is %s, and the next try succeeds", async (fault, kind, details) => {
  const asked = request(`[[say n=5 ${fault}]]`);
  await expect(collect(asked)).rejects.toMatchObject({ name: "ModelError", kind, ...details });
  expect((await collect(asked)).at(-1)).toMatchObject({ type: "completed" });
});

test("arguments that stop in the middle arrive as they are, for the tool to refuse", async () => {
  const events = await collect(request('[[run cmd="npm test" fault=truncatedArguments]]'));
  const calls = events.flatMap((event) => (event.type === "itemDone" ? [event.call] : []));
  expect(calls).toMatchObject([{ name: "exec_command", arguments: '{"cmd":"n' }]);
});

const everything = script({
  reasoning: "Why.",
  text: "What.",
  calls: [
    { tool: "exec_command", input: { cmd: "ls" } },
    { tool: "apply_patch", input: { input: "*** Begin Patch" } },
  ],
});

test.each(["cut", "end"])(
  "a stream with the fault %s at any event never completes",
  async (fault) => {
    const whole = await eventCount(everything);
    expect(whole).toBe(23);
    for (let at = 0; at < whole; at++) {
      const text = everything.replace("[[steps]]", `[[steps fault=${fault} at=${at}]]`);
      expect(await failure(text)).toMatchObject({ kind: "cut" });
    }
  },
);

test("an event that is no JSON, anywhere in a stream, never lets it complete", async () => {
  const whole = await eventCount(everything);
  for (let at = 0; at < whole; at++) {
    const text = everything.replace("[[steps]]", `[[steps fault=malformed at=${at}]]`);
    expect(await failure(text)).toMatchObject({ kind: "malformed" });
  }
});

async function eventCount(text: string): Promise<number> {
  const response = await fetch(`${model.url}/responses`, {
    method: "POST",
    body: JSON.stringify({ ...request(text), stream: true }),
  });
  return (await response.text()).split("\n\n").length - 1;
}

test("an abort throws the signal's own reason, before and within the stream", async () => {
  const reason = new Error("the user interrupted");
  await expect(collect(request("hi"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

  const turn = new AbortController();
  const seen: ModelEvent[] = [];
  const reading = async (): Promise<void> => {
    const asked = request("[[say n=20 fault=stall at=8]]");
    const options = { signal: turn.signal };
    for await (const event of streamModel(
      { baseUrl: model.url, apiKey: undefined, capabilities },
      asked,
      options,
    )) {
      seen.push(event);
      if (event.type === "textDelta") turn.abort(reason);
    }
  };
  await expect(reading()).rejects.toBe(reason);
  expect(seen.map(({ type }) => type)).toEqual(["itemStarted", "textDelta"]);
});

test("an abort ends a request that waits for its first byte", async () => {
  const turn = new AbortController();
  const running = collect(request("[[hang]]"), { signal: turn.signal });
  turn.abort();
  await expect(running).rejects.toBe(turn.signal.reason);
});

test("a stream that goes quiet is idle", async () => {
  const error = await failure("[[say n=9 fault=stall at=6]]", { idleTimeoutMs: 50 });
  expect(error).toMatchObject({ kind: "idle", message: "the model sent nothing for 50 ms" });
});

test("a refused key is unauthorized, and no message repeats it", async () => {
  await using guarded = await startScriptedModel({ apiKey: "right" });
  const error = await failure("hi", { url: guarded.url, apiKey: "wrong" });
  expect(error).toMatchObject({ kind: "unauthorized", status: 401 });
  const events = await collect(request("hi"), { url: guarded.url, apiKey: "right" });
  expect(joined(events, "textDelta")).toBe("ok");
  // The API says "the API key is wrong": the key of this test is a word of that sentence.
  expect(error.message).toBe("401: the API key is [key]");
});

test("an endpoint where nobody listens is a network error that says so", async () => {
  const gone = await startScriptedModel();
  await gone[Symbol.asyncDispose]();
  const error = await failure("hi", { url: gone.url });
  expect(error.kind).toBe("network");
  expect(error.message).toContain("ECONNREFUSED");
});

test("an endpoint that is no model says to check base_url", async () => {
  const page = createServer((_, response) => response.end("<html>"));
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  const { port } = page.address() as AddressInfo;
  const error = await failure("hi", { url: `http://127.0.0.1:${port}/v1/` });
  page.close();
  expect(error).toMatchObject({
    kind: "badRequest",
    message: `http://127.0.0.1:${port}/v1/responses did not answer with an event stream: check base_url`,
  });
});
