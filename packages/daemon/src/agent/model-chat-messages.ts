import type { Capabilities } from "@heddle/protocol";
import type {
  ChatCompletionAssistantMessageParam as AssistantMessage,
  ChatCompletionMessageParam as Message,
  ChatCompletionMessageFunctionToolCall as ToolCall,
  ChatCompletionContentPart as UserPart,
} from "openai/resources/chat/completions";
import { functionEntry } from "./model-functions.ts";
import type { InputEntry, ModelRequest } from "./model-types.ts";
import { isRecord } from "./model-usage.ts";

/**
 * A history of the Responses API as messages. Whatever stands next to each other and has one role
 * is one message, since many chat templates refuse two: so more history only adds to the last.
 */
export function chatMessages(
  { instructions, input }: Pick<ModelRequest, "instructions" | "input">,
  capabilities: Pick<Capabilities, "replaysReasoning">,
): Message[] {
  const messages: Message[] = [{ role: "system", content: instructions }];
  for (const group of groups(input.map(functionEntry))) {
    messages.push(...messagesOf(group, capabilities.replaysReasoning));
  }
  return messages;
}

type Kind = "user" | "assistant" | "result";

interface Group {
  readonly kind: Kind;
  readonly entries: InputEntry[];
}

function groups(entries: readonly InputEntry[]): Group[] {
  const result: Group[] = [];
  for (const entry of entries) {
    const kind = kindOf(entry);
    const open = result.at(-1);
    if (open?.kind === kind) open.entries.push(entry);
    else result.push({ kind, entries: [entry] });
  }
  return result;
}

/** Instructions in the middle count as the user's: many templates take a system message first only. */
function kindOf({ type, role }: InputEntry): Kind {
  if (type.endsWith("_output")) return "result";
  return type === "message" && role !== "assistant" ? "user" : "assistant";
}

function messagesOf({ kind, entries }: Group, replaysReasoning: boolean): Message[] {
  switch (kind) {
    case "user":
      return [{ role: "user", content: userContent(entries.flatMap(userParts)) }];
    case "assistant":
      return assistantMessages(entries, replaysReasoning);
    case "result":
      return resultMessages(entries);
  }
}

/** A text alone goes as a string, which the simplest servers know, too. */
function userContent(parts: readonly UserPart[]): string | UserPart[] {
  const texts = parts.map((part) => (part.type === "text" ? part.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join("\n\n") : [...parts];
}

function userParts({ content }: InputEntry): UserPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return partsOf(content).flatMap((part) => userPart(part) ?? []);
}

function userPart(part: Record<string, unknown>): UserPart | undefined {
  if (typeof part.text === "string") return { type: "text", text: part.text };
  if (part.type !== "input_image") return undefined;
  return { type: "image_url", image_url: { url: String(part.image_url) } };
}

/** None for a response of reasoning alone, of which nothing can be told here. */
function assistantMessages(
  entries: readonly InputEntry[],
  replaysReasoning: boolean,
): AssistantMessage[] {
  const calls = entries.filter(({ type }) => type === "function_call").map(toolCall);
  const texts = entries.filter(({ type }) => type === "message").map(textOf);
  if (calls.length === 0 && texts.length === 0) return [];
  return [
    {
      role: "assistant",
      content: texts.join("\n\n") || (calls.length > 0 ? null : ""),
      ...(replaysReasoning && calls.length > 0 && reasoningField(entries)),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ];
}

/** Servers that want it back want it with every call, also where there was none. */
function reasoningField(entries: readonly InputEntry[]): Record<string, string> {
  const own = entries.filter(({ type, chat_field }) => type === "reasoning" && chat_field);
  const field = String(own[0]?.chat_field ?? "reasoning_content");
  return { [field]: own.map(({ summary }) => joined(summary)).join("\n\n") };
}

function toolCall({ call_id, name, arguments: text }: InputEntry): ToolCall {
  const call = { name: String(name), arguments: validJson(String(text)) };
  return { id: String(call_id), type: "function", function: call };
}

/** Some servers read the arguments again, and would refuse the thread for ever over broken ones. */
function validJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify({ malformed: text });
  }
}

/** Results follow their calls without a break; the images among them come behind, as the user's. */
function resultMessages(entries: readonly InputEntry[]): Message[] {
  const results = entries.map(({ call_id, output }): Message => {
    const content = typeof output === "string" ? output : joined(output);
    return { role: "tool", tool_call_id: String(call_id), content };
  });
  const parts = entries.flatMap(({ output }) =>
    partsOf(output).flatMap((it) => userPart(it) ?? []),
  );
  const images = parts.filter(({ type }) => type === "image_url");
  return images.length > 0 ? [...results, { role: "user", content: images }] : results;
}

function textOf({ content }: InputEntry): string {
  return typeof content === "string" ? content : joined(content);
}

function joined(parts: unknown): string {
  return partsOf(parts)
    .map(({ text, refusal }) => String(text ?? refusal ?? ""))
    .join("");
}

function partsOf(content: unknown): Record<string, unknown>[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}
