import { DaemonError } from "@heddle/protocol";
import type { TreeFiles } from "../../os/tree-files.ts";
import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";

/** What all of them may have together. */
const limitBytes = 32 * 1024;
const names = ["AGENTS.override.md", "AGENTS.md"] as const;
export const instructionsOpening = "<project_instructions>";

interface Instructions {
  readonly path: string;
  readonly text: string;
}

/**
 * What the project's own AGENTS.md files say, from its root down to `cwd`; in each folder an
 * AGENTS.override.md takes the other's place. It is text for the model, and configures nothing.
 */
export async function projectInstructions(
  files: TreeFiles,
  cwd = "",
): Promise<InputEntry | undefined> {
  const found = await Promise.all(foldersTo(cwd).map((folder) => readIn(files, folder)));
  const there = found.filter((one) => one !== undefined);
  if (there.length === 0) return undefined;
  const text = `${instructionsOpening}\n${fit(there)}</project_instructions>`;
  return userEntry([{ type: "input_text", text }]);
}

/** The root and each folder below it on the way to `cwd`. */
function foldersTo(cwd: string): string[] {
  const parts = cwd.split("/").filter(Boolean);
  return ["", ...parts.map((_, at) => `${parts.slice(0, at + 1).join("/")}/`)];
}

async function readIn(files: TreeFiles, folder: string): Promise<Instructions | undefined> {
  for (const name of names) {
    const path = `${folder}${name}`;
    const text = await readHead(files, path);
    if (text !== undefined && text.trim() !== "") return { path, text };
  }
  return undefined;
}

/** What cannot be read is said in its place, so that nobody wonders. */
async function readHead(files: TreeFiles, path: string): Promise<string | undefined> {
  try {
    const { bytes } = await files.read(path, { maxBytes: 16 * limitBytes });
    return bytes.toString("utf8");
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    return error.kind === "notFound" ? undefined : `(${path} was not read: ${error.message})`;
  }
}

function fit(all: readonly Instructions[]): string {
  let left = limitBytes;
  let fitted = "";
  for (const { path, text } of all) {
    const bytes = Buffer.from(text.trimEnd());
    const kept = bytes.length <= left ? bytes : wholeLines(bytes.subarray(0, left));
    left -= kept.length;
    const cut =
      kept.length < bytes.length
        ? `\n(cut: ${kept.length} of ${bytes.length} bytes are here; read ${path} for the rest)`
        : "";
    fitted += `<file path="${path}">\n${kept.toString("utf8")}${cut}\n</file>\n`;
  }
  return fitted;
}

function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.max(0, bytes.lastIndexOf(0x0a)));
}
