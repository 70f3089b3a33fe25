import * as z from "zod";
import { failItem, functionTool } from "./tool.ts";

/** Asks the user, and waits for the answer. */
export const askUser = functionTool({
  name: "ask_user",
  description: "Ask the user when you cannot find out by yourself.",
  params: z.object({
    question: z.string().min(1).max(5000),
    options: z.array(z.string().min(1).max(500)).max(10).default([]),
  }),
  effect: true,
  async run({ question, options }, { callId, name, arguments: args }, { host }) {
    const draft = { type: "toolCall", callId, tool: name, arguments: args } as const;
    const item = host.startItem({ ...draft, text: "", textLength: 0 });
    try {
      const text = await host.ask(item.id, question, options);
      const answered = { ...item, text, textLength: text.length };
      // Whoever is killed in between would ask again.
      return { output: text, record: () => host.completeItem(answered, "completed") };
    } catch (error) {
      failItem(host, item, error);
      throw error;
    }
  },
});
