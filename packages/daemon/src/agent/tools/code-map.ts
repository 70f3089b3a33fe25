import * as z from "zod";
import type { CodeKnowledge } from "../code-knowledge.ts";
import { asToolCall } from "./read-file.ts";
import { functionTool, ToolError } from "./tool.ts";

const params = z.object({
  kind: z.enum(["map", "symbol", "refs", "importers", "imports", "cycles"]),
  target: z.string().max(4096).optional().describe("A name, or a file. For map: a file to focus."),
  budget_tokens: z.int().min(100).max(8000).default(1500),
});

const charactersPerToken = 3.5;

/** Looks something up in the code index, which is current as of the call. */
export const codeMap = functionTool({
  name: "code_map",
  description:
    "Ask the code index: where names are defined and used, and which file imports which.",
  params,
  effect: false,
  run: (args, call, { host }) =>
    asToolCall(host, call, async () => {
      const text = await answerOf(host.code, args);
      return cut(text, args.budget_tokens);
    }),
});

async function answerOf(code: CodeKnowledge, args: z.output<typeof params>): Promise<string> {
  const { kind, target, budget_tokens: budget } = args;
  if (kind === "map") return await code.map(budget, target === undefined ? [] : [target]);
  if (kind === "cycles") return await code.cycles();
  if (target === undefined) throw new ToolError(`code_map needs a target for ${kind}`);
  return await code[kind](target);
}

/** Whole lines as far as they fit, and how many did not. */
function cut(text: string, budget: number): string {
  const lines = text.split("\n");
  let room = budget * charactersPerToken;
  const end = lines.findIndex((line) => {
    room -= line.length + 1;
    return room < 0;
  });
  if (end < 0) return text === "" ? "nothing was found" : text;
  return `${lines.slice(0, end).join("\n")}\n… ${lines.length - end} more lines; ask for more budget_tokens`;
}
