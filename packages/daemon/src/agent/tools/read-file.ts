import { createHash } from "node:crypto";
import * as z from "zod";
import type { ModelCall } from "../model-types.ts";
import type { TurnHost } from "../turn-host.ts";
import { failItem, functionTool, ToolError } from "./tool.ts";

const fileLimitBytes = 20 * 1024 * 1024;
const resultLimit = 50 * 1024;

/** Reads a range of lines of a file in the worktree. */
export const readFile = functionTool({
  name: "read_file",
  description: "Read numbered lines of a file.",
  params: z.object({
    path: z.string().min(1).max(4096),
    offset: z.int().min(1).default(1),
    limit: z.int().min(1).max(2000).default(400),
  }),
  effect: false,
  run: ({ path, offset, limit }, call, { host }) =>
    asToolCall(host, call, async () => {
      const { bytes } = await host.files.read(path, { maxBytes: fileLimitBytes });
      if (bytes.includes(0)) throw new ToolError(`${path} is a binary file`);
      return numbered(bytes, offset, limit);
    }),
});

function numbered(bytes: Buffer, offset: number, limit: number): string {
  const lines = bytes.toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const shown: string[] = [];
  let size = 0;
  for (const [index, line] of lines.slice(offset - 1, offset - 1 + limit).entries()) {
    const text = `${offset + index}\t${line}`;
    size += text.length + 1;
    if (size > resultLimit) break;
    shown.push(text);
  }
  if (shown.length === 0 && lines.length >= offset) {
    throw new ToolError(`line ${offset} alone has over ${resultLimit} characters; search in it`);
  }
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const last = offset - 1 + shown.length;
  const range = shown.length === 0 ? "no lines" : `lines ${offset}-${last}`;
  return `file_hash: ${hash}\n${range} of ${lines.length}\n${shown.join("\n")}`;
}

/** Runs a reading tool as an item that clients see. */
export async function asToolCall(
  host: TurnHost,
  { callId, name, arguments: args }: ModelCall,
  read: () => Promise<string>,
): Promise<{ output: string }> {
  const draft = { type: "toolCall", callId, tool: name, arguments: args } as const;
  const item = host.startItem({ ...draft, text: "", textLength: 0 });
  try {
    const output = await read();
    host.completeItem({ ...item, text: output, textLength: output.length }, "completed");
    return { output };
  } catch (error) {
    failItem(host, item, error);
    throw error;
  }
}
