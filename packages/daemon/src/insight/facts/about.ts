import type { CodePlace } from "@heddle/protocol";
import type { Subject } from "./subject.ts";
import { byText } from "./top.ts";

const textAtMost = 256 * 1024;
const shown = 300;

/** What the project says it is: the first sentence or two of its README. */
export function aboutOf({ index }: Subject): { text: string; place: CodePlace } | null {
  const names = index.files
    .map(({ path }) => path)
    .filter((path) => /^readme(?:\.(?:md|rst|txt|markdown))?$/i.test(path));
  const path = names.sort(byText)[0];
  if (path === undefined) return null;
  const lines = (index.readText(path, textAtMost) ?? "").split("\n");
  for (const [at, line] of lines.entries()) {
    if (!isProse(line)) continue;
    const rest = lines.slice(at);
    const end = rest.findIndex(
      (next) => next.trim() === "" || /^(?:#|=|-{3}|```|\.\. )/.test(next.trim()),
    );
    const paragraph = rest.slice(0, end < 0 ? undefined : end).join(" ");
    return { text: cut(plain(paragraph)), place: { path, line: at + 1 } };
  }
  return null;
}

/** Not a heading, a badge, a list, a table, a directive or a rule: a line of words. */
function isProse(line: string): boolean {
  const text = plain(line);
  return (
    /^[A-Z`"'*_\w]/.test(line.trim()) &&
    !/^(?:[-*+]\s|\|)/.test(line.trim()) &&
    text.split(" ").length >= 4
  );
}

/** Without the marks of Markdown and reStructuredText. */
function plain(text: string): string {
  return text
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replaceAll(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replaceAll(/`+([^`]*)`+(?:_{1,2})?/g, "$1")
    .replaceAll(/(\*\*|__|\*)(?=\S)(.+?)\1/g, "$2")
    .replaceAll(/<\/?[a-z][^>]*>/gi, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Whole sentences as far as they fit. */
function cut(text: string): string {
  if (text.length <= shown) return text;
  const sentences = text.slice(0, shown).match(/^.*[.!?](?=\s)/);
  return sentences ? sentences[0] : `${text.slice(0, shown - 1).trimEnd()}…`;
}
