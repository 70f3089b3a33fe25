import { expect, test } from "vitest";
import { chatMessages } from "./model-chat-messages.ts";
import type { InputEntry } from "./model-types.ts";

const user = (text: string): InputEntry => ({
  type: "message",
  role: "user",
  content: [{ type: "input_text", text }],
});
const said = (text: string): InputEntry => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }],
});
const called = (call_id: string, text = "{}"): InputEntry => ({
  type: "function_call",
  call_id,
  name: "look",
  arguments: text,
});
const result = (call_id: string, output: unknown): InputEntry => ({
  type: "function_call_output",
  call_id,
  output,
});
const thought: InputEntry = {
  type: "reasoning",
  summary: [{ type: "summary_text", text: "Hm." }],
  chat_field: "reasoning",
};

const messages = (input: InputEntry[], replaysReasoning = false) =>
  chatMessages({ instructions: "Be.", input }, { replaysReasoning }).slice(1);

const toolCall = (id: string, text = "{}") => ({
  id,
  type: "function",
  function: { name: "look", arguments: text },
});

test("what the user says one after another is one message, as is one response", () => {
  const input = [user("a"), user("b"), thought, said("c"), called("1"), called("2")];
  expect(messages([...input, result("1", "x"), result("2", "y"), said("d")])).toEqual([
    { role: "user", content: "a\n\nb" },
    { role: "assistant", content: "c", tool_calls: [toolCall("1"), toolCall("2")] },
    { role: "tool", tool_call_id: "1", content: "x" },
    { role: "tool", tool_call_id: "2", content: "y" },
    { role: "assistant", content: "d" },
  ]);
});

test("instructions in the middle are the user's, since templates take them first only", () => {
  expect(messages([{ ...user("a"), role: "developer" }])).toEqual([{ role: "user", content: "a" }]);
});

test("an image goes with its text, and one that a tool returns behind the results", () => {
  const image = { type: "input_image", image_url: "data:image/png;base64,AA" };
  const part = { type: "image_url", image_url: { url: "data:image/png;base64,AA" } };
  const input = [
    { type: "message", role: "user", content: [{ type: "input_text", text: "See:" }, image] },
    called("1"),
    called("2"),
    result("1", [image]),
    result("2", "x"),
  ];
  expect(messages(input)).toEqual([
    { role: "user", content: [{ type: "text", text: "See:" }, part] },
    { role: "assistant", content: null, tool_calls: [toolCall("1"), toolCall("2")] },
    { role: "tool", tool_call_id: "1", content: "" },
    { role: "tool", tool_call_id: "2", content: "x" },
    { role: "user", content: [part] },
  ]);
});

test("a freeform call of another endpoint is told as a function's", () => {
  const input = [
    { type: "custom_tool_call", call_id: "1", name: "look", input: 'at "it"' },
    { type: "custom_tool_call_output", call_id: "1", output: "x" },
  ];
  expect(messages(input)).toEqual([
    { role: "assistant", content: null, tool_calls: [toolCall("1", '{"input":"at \\"it\\""}')] },
    { role: "tool", tool_call_id: "1", content: "x" },
  ]);
});

test("arguments that are no JSON are told so that they are", () => {
  const [message] = messages([called("1", '{"cmd":"n')]);
  expect(message).toMatchObject({
    tool_calls: [{ function: { arguments: '{"malformed":"{\\"cmd\\":\\"n"}' } }],
  });
});

test("reasoning is left out, or goes with every call in the field that it came in", () => {
  const input = [
    user("a"),
    thought,
    called("1"),
    result("1", "x"),
    called("2"),
    result("2", "y"),
    thought,
    said("b"),
  ];
  const fields = (replays: boolean) =>
    messages(input, replays)
      .filter(({ role }) => role === "assistant")
      .map(({ role: _, content: __, ...rest }) => Object.keys(rest));
  expect(fields(false)).toEqual([["tool_calls"], ["tool_calls"], []]);
  expect(fields(true)).toEqual([
    ["reasoning", "tool_calls"],
    ["reasoning_content", "tool_calls"],
    [],
  ]);
});
