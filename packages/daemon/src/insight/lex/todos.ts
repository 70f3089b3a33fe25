import type { Scanner } from "./scanner.ts";

const marks = ["TODO", "FIXME", "HACK", "XXX"];
const mark = /\b(?:TODO|FIXME|HACK|XXX)\b/;
const longest = 200;

/** The comment lines that say that something is left to do. */
export function todosIn({ text, comments }: Scanner): { line: number; text: string }[] {
  if (!marks.some((word) => text.includes(word))) return [];
  const todos: { line: number; text: string }[] = [];
  let line = 1;
  let counted = 0;
  for (let at = 0; at < comments.length; at += 2) {
    const start = comments[at] ?? 0;
    const end = comments[at + 1] ?? 0;
    const comment = text.slice(start, end);
    if (!mark.test(comment)) continue;
    line += linesIn(text, counted, start);
    counted = start;
    for (const [below, content] of comment.split("\n").entries()) {
      if (mark.test(content)) todos.push({ line: line + below, text: cleaned(content) });
    }
  }
  return todos;
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1))
    lines++;
  return lines;
}

function cleaned(comment: string): string {
  return comment
    .replace(/^[\s/*#<!-]+/, "")
    .replace(/[\s*/>-]+$/, "")
    .slice(0, longest);
}
