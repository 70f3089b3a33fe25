import * as z from "zod";
import { shellQuote } from "../../os/shell-quote.ts";
import type { TurnHost } from "../turn-host.ts";
import { asToolCall } from "./read-file.ts";
import { functionTool, ToolError } from "./tool.ts";

const lineLimit = 500;
const searchLimitMs = 30_000;

const params = z.object({
  pattern: z.string().min(1).max(2000).describe("A regular expression."),
  path: z.string().max(4096).default("."),
  glob: z.string().max(500).optional(),
  mode: z.enum(["content", "files", "count"]).default("content"),
  limit: z.int().min(1).max(1000).default(100),
});

/** Searches the worktree with ripgrep, in the box. */
export const search = functionTool({
  name: "search",
  description: "Search files with ripgrep; ignored files are left out.",
  params,
  effect: false,
  run: (args, call, { host }) => asToolCall(host, call, () => ripgrep(host, args)),
});

async function ripgrep(host: TurnHost, args: z.output<typeof params>): Promise<string> {
  const argv = [host.searcher, ...options(args), "-e", args.pattern, "--", args.path];
  const box = await host.box();
  const cmd = `exec ${argv.map(shellQuote).join(" ")} 2>&1`;
  const timeoutMs = searchLimitMs;
  const { worktree: cwd, signal } = host;
  const process = await box.run({ cmd, cwd, tty: false, timeoutMs, signal });
  const chunks: Buffer[] = [];
  process.onOutput((chunk) => void chunks.push(chunk));
  const { exitCode } = await process.exited;
  const output = Buffer.concat(chunks).toString("utf8");
  if (exitCode === 1) return "no matches";
  if (exitCode !== 0) throw new ToolError(`the search failed: ${output.slice(0, 500)}`);
  return cut(output, args.limit);
}

function options({ mode, glob }: z.output<typeof params>): string[] {
  const shape = {
    content: ["--line-number", "--no-heading", "--with-filename"],
    files: ["--files-with-matches"],
    count: ["--count", "--with-filename"],
  }[mode];
  const common = [
    "--no-config",
    "--hidden",
    "--glob",
    "!.git",
    "--sort",
    "path",
    "--color",
    "never",
  ];
  const columns = ["--max-columns", String(lineLimit), "--max-columns-preview"];
  return [...shape, ...common, ...columns, ...(glob === undefined ? [] : ["--glob", glob])];
}

function cut(output: string, limit: number): string {
  const lines = output.trimEnd().split("\n");
  if (lines.length <= limit) return lines.join("\n");
  const rest = lines.length - limit;
  return `${lines.slice(0, limit).join("\n")}\n… ${rest} more; narrow the pattern or the path`;
}
