import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { CliError, exitCodes } from "../exit.ts";

/** Stands in each file that we write for another program; one without it is somebody else's. */
export const mark = "Written by heddle, which also removes it.";

/** Writes a file whole or not at all. Throws, and changes nothing, where somebody else's is there. */
export function writeOwn(path: string, text: string): void {
  refuseForeign(path);
  const draft = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    const file = openSync(draft, "wx", 0o644);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Removes what `writeOwn` wrote; returns whether there was anything. */
export function removeOwn(path: string): boolean {
  refuseForeign(path);
  if (!isOwn(path)) return false;
  rmSync(path);
  return true;
}

export function isOwn(path: string): boolean {
  return textOf(path)?.includes(mark) ?? false;
}

/** Throws where a file is there that heddle has not written. */
export function refuseForeign(path: string): void {
  if (textOf(path)?.includes(mark) !== false) return;
  const message = `${path} was not written by heddle, and is left alone`;
  throw new CliError(exitCodes.configuration, message, "move it away, then try again");
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
