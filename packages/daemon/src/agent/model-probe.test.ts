import { expect, test } from "vitest";
import { type ScriptedModelOptions, startScriptedModel } from "../scripted-model/server.ts";
import { demandsReasoning, isRefusedForm } from "./model-capabilities.ts";
import { ModelError } from "./model-error.ts";
import { probeModel } from "./model-probe.ts";

async function probe(options: ScriptedModelOptions, wireApi?: "responses" | "chat") {
  await using model = await startScriptedModel(options);
  const signal = AbortSignal.timeout(10_000);
  const target = { baseUrl: model.url, apiKey: undefined, model: "scripted", wireApi, signal };
  const {
    contextLength: _,
    probedAt: __,
    ...found
  } = {
    probedAt: null,
    ...(await probeModel(target)),
  };
  return { found, asked: model.requests().length };
}

const everything = {
  wireApi: "responses",
  functionCalls: true,
  customTools: true,
  reasoning: true,
  usage: true,
  replaysReasoning: false,
};
const chat = { ...everything, wireApi: "chat", customTools: false };

test.each([
  ["everything", [], everything, 2],
  ["all but freeform tools", ["customTools"], { ...everything, customTools: false }, 2],
  ["all but reasoning", ["reasoning"], { ...everything, reasoning: false }, 3],
  ["all but counting", ["usage"], { ...everything, usage: false }, 2],
  ["Chat Completions", ["responses"], chat, 1],
  ["Chat Completions, uncounted", ["responses", "usage"], { ...chat, usage: false }, 1],
  [
    "the least",
    ["responses", "streamOptions", "reasoning"],
    { ...chat, usage: false, reasoning: false },
    3,
  ],
] as const)(
  "an endpoint that can do %s is asked as seldom as that takes",
  async (_, without, able, asked) => {
    expect(await probe({ without })).toEqual({ found: able, asked });
  },
);

test("an API that is named is asked alone", async () => {
  expect(await probe({}, "chat")).toEqual({ found: chat, asked: 1 });
  await expect(probe({ without: ["chat"] }, "chat")).rejects.toMatchObject({ status: 404 });
});

test("a refusal of both APIs is told in the words of the first", async () => {
  await expect(probe({ without: ["responses", "chat"] })).rejects.toMatchObject({
    kind: "badRequest",
    message: "404: no POST /v1/responses here",
  });
});

test("a key that is refused, or a server that fails, says nothing of what it can do", async () => {
  await expect(probe({ apiKey: "k" })).rejects.toMatchObject({ kind: "unauthorized" });
  const fault = { kind: "status", status: 500, code: undefined, times: 9 } as const;
  await expect(probe({ faults: [fault] })).rejects.toMatchObject({ kind: "unavailable" });
});

test("a refusal for want of reasoning is told from one of a parameter", () => {
  const refused = (message: string) => new ModelError("badRequest", message, { status: 400 });
  const demands = [
    "The `reasoning_content` in the thinking mode must be passed back to the API.",
    "Missing `reasoning_content` field in the assistant message at message index 4",
  ];
  expect(demands.map((message) => demandsReasoning(refused(message)))).toEqual([true, true]);
  const other = refused("Unsupported parameter: 'reasoning.effort' is not supported");
  expect([demandsReasoning(other), isRefusedForm(other)]).toEqual([false, true]);
});
