import * as z from "zod";
import type { FileChange } from "../patch/apply.ts";
import { patchSource } from "../patch/write.ts";
import type { TurnHost } from "../turn-host.ts";
import { replaced, replacedFile } from "./edit-change.ts";
import { recoverChanges, refuseLong, writeChanges } from "./file-change.ts";
import { functionTool, ToolError } from "./tool.ts";

const path = z.string().min(1).max(4096);

/** Replaces a text that stands in a file, for models that were not trained on patches. */
export const edit = functionTool({
  name: "edit",
  description:
    "Replace text in a file. old_string is copied exactly, with its indentation, and occurs once unless replace_all is set.",
  params: z.object({
    path,
    old_string: z.string().min(1),
    new_string: z.string(),
    replace_all: z.boolean().default(false),
  }),
  effect: true,
  async run(args, call, { host }) {
    if (args.old_string === args.new_string) throw new ToolError("old_string equals new_string");
    const { path, before } = await current(host, args.path);
    if (before === undefined) throw new ToolError(`no file ${path}; add it with write_file`);
    const after = replaced(before, { ...args, path });
    return await write(replacedFile(path, before, after), call, host);
  },
  recover: recoverChanges,
});

/** Writes a whole file, new or not. */
export const writeFile = functionTool({
  name: "write_file",
  description: "Write a whole file: a new one, or one to replace. To change a part, use edit.",
  params: z.object({ path, content: z.string() }),
  effect: true,
  async run(args, call, { host }) {
    const { path, before } = await current(host, args.path);
    const after = Buffer.from(args.content);
    if (before?.equals(after)) throw new ToolError(`${path} has this content already`);
    return await write(replacedFile(path, before, after), call, host);
  },
  recover: recoverChanges,
});

async function current(
  host: TurnHost,
  asked: string,
): Promise<{ path: string; before: Buffer | undefined }> {
  const source = patchSource(host.files);
  const path = source.resolve(asked);
  return { path, before: await source.read(path) };
}

function write(
  { change, patch }: { change: FileChange; patch: string },
  call: Parameters<typeof writeChanges>[2]["call"],
  host: TurnHost,
): ReturnType<typeof writeChanges> {
  refuseLong(patch);
  return writeChanges([change], patch, { call, host });
}
