import { isJson, type Json, list, string } from "./json.ts";

/** The messages of a chat completion as the items that a response has for them. */
export function itemsOfMessages(messages: unknown): Json[] {
  return list(messages).filter(isJson).flatMap(itemsOf);
}

function itemsOf(message: Json): Json[] {
  const { role, content } = message;
  if (role === "tool") {
    return [{ type: "function_call_output", call_id: message.tool_call_id, output: content }];
  }
  const text = content === null || content === undefined || content === "" ? [] : [content];
  const said = text.map((content) => ({ type: "message", role, content }));
  return [...said, ...list(message.tool_calls).filter(isJson).map(callOf)];
}

function callOf({ id, function: called }: Json): Json {
  const { name, arguments: text } = isJson(called) ? called : {};
  return { type: "function_call", call_id: id, name, arguments: string(text) };
}
