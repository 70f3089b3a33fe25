import type { Part } from "@heddle/protocol";

/** What one part takes, and the protocol allows a hundred. */
const textAtMost = 524_288;
const named = /(?:^|\s)@(\S+)/g;

/** A message as it is sent: its text, and the files of the thread that it names behind an @. */
export function partsOf(text: string, hasFile: (path: string) => boolean): Part[] {
  const paths = new Set(Array.from(text.matchAll(named), ([, path = ""]) => path).filter(hasFile));
  const texts = Array.from({ length: Math.ceil(text.length / textAtMost) }, (_, at) =>
    text.slice(at * textAtMost, (at + 1) * textAtMost),
  );
  return [
    ...texts.map((piece): Part => ({ type: "text", text: piece })),
    ...Array.from(paths, (path): Part => ({ type: "file", path })),
  ];
}
