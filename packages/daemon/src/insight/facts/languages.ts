import type { LanguageFact } from "@heddle/protocol";
import type { Source, Subject } from "./subject.ts";
import { baseOf } from "./subject.ts";
import { byText, countBy, type Top, top } from "./top.ts";

/** Every language that was read, the most code first. */
export function languagesOf({ sources }: Subject): LanguageFact[] {
  const groups = Map.groupBy(sources, ({ language }) => language);
  const all = sum(sources, "codeLines");
  return [...groups]
    .map(([language, own]) => ({
      language,
      files: own.length,
      codeLines: sum(own, "codeLines"),
      commentLines: sum(own, "commentLines"),
      share: all === 0 ? 0 : sum(own, "codeLines") / all,
      largest: { path: largest(own), line: 1 },
    }))
    .sort((a, b) => b.codeLines - a.codeLines || byText(a.language, b.language));
}

export function sum(sources: readonly Source[], field: "codeLines" | "commentLines"): number {
  return sources.reduce((total, { symbols }) => total + symbols[field], 0);
}

function largest(sources: readonly Source[]): string {
  const by = sources.reduce((a, b) => (b.symbols.codeLines > a.symbols.codeLines ? b : a));
  return by.path;
}

/** The endings of files in no language that the index reads. */
export function otherFilesOf({ index }: Subject): Top<{ ending: string; files: number }> {
  const others = index.files.filter(({ language }) => language === undefined);
  const rows = [...countBy(others.map(({ path }) => endingOf(path)))]
    .map(([ending, files]) => ({ ending, files }))
    .sort((a, b) => b.files - a.files || byText(a.ending, b.ending));
  return top(rows, 12);
}

/** `.json`, or the whole name where there is no ending. */
function endingOf(path: string): string {
  const base = baseOf(path);
  const dot = base.lastIndexOf(".");
  return dot > 0 ? base.slice(dot).toLowerCase() : base;
}
