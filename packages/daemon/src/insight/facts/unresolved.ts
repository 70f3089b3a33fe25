import type { CodePlace } from "@heddle/protocol";
import type { Subject } from "./subject.ts";
import { placeOf } from "./subject.ts";
import { type Top, top } from "./top.ts";

/** Relative imports of what is not there. What a build makes, and what tests break on purpose, is among them. */
export function unresolvedOf(subject: Subject): Top<{ place: CodePlace; specifier: string }> {
  const rows = subject.sources.flatMap(({ file }) =>
    (subject.index.imports[file] ?? [])
      .filter(({ target, specifier }) => target.type === "unresolved" && specifier.startsWith("."))
      .map(({ line, specifier }) => ({ place: placeOf(subject, file, line), specifier })),
  );
  return top(rows, 30);
}
