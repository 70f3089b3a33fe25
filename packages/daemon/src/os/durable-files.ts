import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Waits until a file's content, or a directory's entries, would survive a power cut. */
export function syncToDisk(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives a finished file its name, durably: whoever finds the name finds all of the content. */
export function publishFile(finished: string, path: string): void {
  syncToDisk(finished);
  renameSync(finished, path);
  syncToDisk(dirname(path));
}

/** Writes a small file whole or not at all; readers see the old content or the new. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    publishFile(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
