import { z } from "zod";
import type { FileChange } from "../patch/apply.ts";
import { refusal } from "../patch/refusal.ts";
import { patchSource } from "../patch/write.ts";
import type { TurnHost } from "../turn-host.ts";
import { replacedFile } from "./edit-change.ts";
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

interface Replacement {
  readonly path: string;
  readonly old_string: string;
  readonly new_string: string;
  readonly replace_all: boolean;
}

/** The file's bytes with the text replaced; what is not replaced stays as it is, byte for byte. */
function replaced(
  before: Buffer,
  { path, old_string, new_string, replace_all }: Replacement,
): Buffer {
  const [wanted, instead] = asInFile(before, old_string, new_string);
  const places = placesOf(before, wanted);
  if (places.length === 0) {
    const message = `old_string does not occur in ${path}: read it again and copy the text exactly`;
    throw refusal(message, { path });
  }
  if (places.length > 1 && !replace_all) {
    const lines = places.map((at) => lineAt(before, at)).join(", ");
    const message = `old_string occurs ${places.length} times in ${path}, in the lines ${lines}: add lines around it, or set replace_all`;
    throw refusal(message, { path });
  }
  const pieces: Buffer[] = [];
  let end = 0;
  for (const at of places) {
    pieces.push(before.subarray(end, at), instead);
    end = at + wanted.length;
  }
  return Buffer.concat([...pieces, before.subarray(end)]);
}

/** Models write \n; in a file of CRLF lines, lines end so. */
function asInFile(before: Buffer, ...texts: [string, string]): [Buffer, Buffer] {
  const isCrlf = before.includes("\r\n") && !texts[0].includes("\r\n");
  const written = (text: string) => Buffer.from(isCrlf ? text.replace(/\r?\n/g, "\r\n") : text);
  return [written(texts[0]), written(texts[1])];
}

function placesOf(bytes: Buffer, wanted: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + wanted.length)) {
    places.push(at);
  }
  return places;
}

function lineAt(bytes: Buffer, at: number): number {
  return bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}
