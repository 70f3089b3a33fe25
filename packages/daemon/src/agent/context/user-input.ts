import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { DaemonError, type Part } from "@heddle/protocol";
import type { TreeFiles } from "../../os/tree-files.ts";
import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";

const imageLimitBytes = 4 * 1024 * 1024;
const imagesAtMost = 5;
const fileLimitBytes = 256 * 1024;
const imageTypes: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};

/**
 * What the user sent, as the model gets it. Images are read where the user points, since naming one
 * is a grant for it; files are those of the worktree.
 */
export async function inputEntry(parts: readonly Part[], files: TreeFiles): Promise<InputEntry> {
  if (parts.filter(({ type }) => type === "image").length > imagesAtMost) {
    throw new DaemonError("tooLarge", `at most ${imagesAtMost} images go into one message`);
  }
  return userEntry(await Promise.all(parts.map((part) => contentOf(part, files))));
}

async function contentOf(part: Part, files: TreeFiles): Promise<object> {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return { type: "input_image", detail: "auto", image_url: await dataUrl(part.path) };
    case "file": {
      const { bytes } = await files.read(part.path, { maxBytes: fileLimitBytes });
      return { type: "input_text", text: `<file path="${part.path}">\n${bytes}\n</file>` };
    }
  }
}

async function dataUrl(path: string): Promise<string> {
  const type = imageTypes[extname(path).toLowerCase()];
  if (type === undefined) {
    const known = Object.keys(imageTypes).join(", ");
    throw new DaemonError("invalidParams", `${path} is no image; expected one of ${known}`);
  }
  const bytes = await readImage(path);
  return `data:${type};base64,${bytes.toString("base64")}`;
}

async function readImage(path: string): Promise<Buffer> {
  // A pipe must not be waited for.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  await using file = await open(path, flags).catch((cause: unknown) => {
    throw new DaemonError("notFound", `cannot read the image ${path}`, {}, { cause });
  });
  const stats = await file.stat();
  if (!stats.isFile()) throw new DaemonError("invalidParams", `${path} is not a file`);
  if (stats.size <= imageLimitBytes) return file.readFile();
  throw new DaemonError("tooLarge", `the image ${path} is over ${imageLimitBytes} bytes`);
}
