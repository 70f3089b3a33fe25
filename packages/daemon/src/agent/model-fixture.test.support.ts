import type { InputEntry, ModelEvent, ModelRequest } from "./model-types.ts";

let conversations = 0;

export const tools: ModelRequest["tools"] = [
  {
    type: "function",
    name: "exec_command",
    description: "Runs a command.",
    strict: false,
    parameters: { type: "object", properties: { cmd: { type: "string" } } },
  },
  { type: "custom", name: "apply_patch", description: "Applies a patch." },
];

export const user = (text: string): InputEntry => ({
  type: "message",
  role: "user",
  content: [{ type: "input_text", text }],
});

/** A request that begins a conversation of its own. */
export function request(text: string): ModelRequest {
  conversations += 1;
  return {
    model: "scripted",
    instructions: "You are a test.",
    tools,
    input: [user(text)],
    cacheKey: `thr_${conversations}`,
  };
}

/** A prompt that makes the scripted model answer with these responses, one after another. */
export const script = (...steps: unknown[]): string =>
  `[[steps]]\n\`\`\`json\n${JSON.stringify(steps)}\n\`\`\``;

export const entriesOf = (events: readonly ModelEvent[]): InputEntry[] =>
  events.flatMap((event) => (event.type === "itemDone" ? [event.entry] : []));
