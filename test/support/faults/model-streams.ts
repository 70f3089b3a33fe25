import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OfferedTool } from "../../../packages/daemon/src/scripted-model/types.ts";
import { outputItems, responseEvents } from "../../../packages/daemon/src/scripted-model/wire.ts";
import type { Step } from "../steps.ts";

/** A response of a certain shape, and what is there once it has come through exactly once. */
export interface Shape {
  readonly name: string;
  /** `name` tells the effects of one turn from those of another. */
  readonly step: (name: string) => Step;
  readonly files: (name: string) => Readonly<Record<string, string>>;
}

const none = () => ({});
const long = Array.from({ length: 40 }, (_, at) => `word${at}`).join(" ");
const append = (name: string, text = "ran") => ({
  tool: "exec_command",
  input: { cmd: `echo ${text} >> ${name}.txt` },
});
const add = (name: string) => ({
  tool: "apply_patch",
  input: ["*** Begin Patch", `*** Add File: ${name}.md`, "+first", "+second", "*** End Patch"].join(
    "\n",
  ),
});
const read = { tool: "read_file", input: { path: "a.txt" } };
const ran = (name: string) => ({ [`${name}.txt`]: "ran\n" });
const added = (name: string) => ({ [`${name}.md`]: "first\nsecond\n" });

/** Ten streams, each of another shape. */
export const shapes: readonly Shape[] = [
  { name: "a text", step: () => ({ text: "two words" }), files: none },
  { name: "a long text", step: () => ({ text: long }), files: none },
  {
    name: "reasoning and a text",
    step: () => ({ reasoning: "let me think", text: "two words" }),
    files: none,
  },
  { name: "a call", step: (name) => ({ calls: [append(name)] }), files: ran },
  {
    name: "a text and a call",
    step: (name) => ({ text: "I run it.", calls: [append(name)] }),
    files: ran,
  },
  {
    name: "reasoning and a call",
    step: (name) => ({ reasoning: "let me think", calls: [append(name)] }),
    files: ran,
  },
  {
    name: "calls side by side",
    step: (name) => ({ calls: [append(name), read, append(`${name}-2`)] }),
    files: (name) => ({ ...ran(name), ...ran(`${name}-2`) }),
  },
  { name: "a patch", step: (name) => ({ calls: [add(name)] }), files: added },
  {
    name: "everything at once",
    step: (name) => ({
      ...{ reasoning: "let me think", text: "Both now." },
      calls: [add(name), append(name)],
    }),
    files: (name) => ({ ...ran(name), ...added(name) }),
  },
  {
    name: "a call with long arguments",
    step: (name) => ({ calls: [append(name, "x".repeat(400))] }),
    files: (name) => ({ [`${name}.txt`]: `${"x".repeat(400)}\n` }),
  },
];

const offered: readonly OfferedTool[] = [
  { name: "exec_command", custom: false, parameters: {} },
  { name: "read_file", custom: false, parameters: {} },
  { name: "apply_patch", custom: true, parameters: {} },
];
const noTokens = { input: 0, cached: 0, output: 0, reasoning: 0 };

/** How many events the model sends for a response. */
export function eventsOf({ reasoning, text, calls }: Step): number {
  const reply = {
    ...(reasoning !== undefined && { reasoning }),
    ...(text !== undefined && { text }),
    calls: (calls ?? []).map(({ tool, input }) => ({ tool, input: input as string })),
  };
  return [...responseEvents("scripted", outputItems(reply, offered), noTokens)].length;
}

/** What is wrong with the files of a worktree, if anything. */
export function wrongFiles(
  worktree: string,
  files: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, content] of Object.entries(files)) {
    const path = join(worktree, name);
    const found = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (found !== content) return `${name} holds ${JSON.stringify(found)}`;
  }
  return undefined;
}
