import type { CodeReference, ImportEdge } from "@heddle/protocol";
import { printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";

interface Place {
  readonly path: string;
  readonly line: number;
}

/** `path:line`, as editors and terminals open it. */
export function placeText({ path, line }: Place): string {
  return `${printableLine(path)}:${line}`;
}

/** One line each: where it is, what it is, and the code there. */
export function referenceLines(rows: readonly CodeReference[], paint: Paint): string[] {
  return rows.map(({ place, kind, text }) => {
    const mark = kind === "use" ? "" : `${paint("bold", kind)}  `;
    return `${placeText(place)}  ${mark}${paint("dim", printableLine(text))}`;
  });
}

/** `path:line  what is written -> where it leads`. */
export function importLines(edges: readonly ImportEdge[], paint: Paint): string[] {
  return edges.map(({ place, specifier, kind, targets }) => {
    const end =
      kind === "files"
        ? `-> ${targets.map(printableLine).join(", ")}`
        : paint("dim", `(${kinds[kind]})`);
    return `${placeText(place)}  ${printableLine(specifier)} ${end}`;
  });
}

const kinds = {
  package: "a package",
  builtin: "part of the language",
  unresolved: "not found",
} as const;
