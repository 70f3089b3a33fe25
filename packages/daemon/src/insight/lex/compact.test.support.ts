import { lexFile } from "./index.ts";
import type { Language } from "./types.ts";

/** What is found in a sample, one short string each, so that a whole list can be compared. */
export function found(
  language: Language,
  path: string,
): {
  imports(text: string): string[];
  definitions(text: string): string[];
  references(text: string): Record<string, number>;
} {
  return {
    imports: (text) =>
      lexFile(language, text, path).imports.map(({ line, kind, specifier, names }) =>
        `${line} ${kind} ${specifier} ${names.join(",")}`.trim(),
      ),
    definitions: (text) =>
      lexFile(language, text, path).definitions.map(
        ({ line, exported, kind, container, name }) =>
          `${line} ${exported ? "exported " : ""}${kind} ${container ? `${container}.` : ""}${name}`,
      ),
    references: (text) => Object.fromEntries(lexFile(language, text, path).references),
  };
}
