import type { Part } from "@heddle/protocol";

const named = /(?:^|\s)@(\S+)/g;

/** A message as it is sent: its text, and the files of the thread that it names behind an @. */
export function partsOf(text: string, hasFile: (path: string) => boolean): Part[] {
  const paths = new Set(Array.from(text.matchAll(named), ([, path = ""]) => path).filter(hasFile));
  return [{ type: "text", text }, ...Array.from(paths, (path): Part => ({ type: "file", path }))];
}
