import { isComponent } from "./languages.ts";
import { scan } from "./scan.ts";
import type { Scanner } from "./scanner.ts";
import type { Language } from "./types.ts";

/** Where a comment starts and ends. */
export type Span = readonly [start: number, end: number];

/** What of each comment counts as code; nothing does of those that only people read. */
export type CommentJudge = (
  language: Language,
  text: string,
  spans: readonly Span[],
) => readonly string[];

/** A piece of a text that is compared as it is, and how it is written for that. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly kept: string;
}

/** Starts and ends of a text's comments; Python's docstrings are strings and none. */
export function commentSpans(language: Language, text: string, path = ""): Span[] {
  return spansOf(scan(language, text, path).scanner);
}

/**
 * A text without its comments, and without the spaces and empty lines that they leave, so that two
 * texts give the same if and only if they differ in comments and in blank space between lines of
 * code. What is within strings stays as it is, and so do the ends of lines that have code.
 */
export function codeOnly(
  language: Language,
  text: string,
  path = "",
  judge: CommentJudge = (_language, _text, spans) => spans.map(() => ""),
): string {
  if (text.includes(mark)) return text;
  const { scanner } = scan(language, text, path);
  const spans = spansOf(scanner);
  const judged = judge(language, text, spans);
  const comments = spans.map(([start, end], at) => ({ start, end, kept: judged[at] ?? "" }));
  const prose = comments.filter(({ kept }) => kept === "");
  const code = [...tokensOf(scanner, text), ...comments.filter(({ kept }) => kept !== "")];
  code.sort((a, b) => a.start - b.start);
  // A heredoc's text, a page around PHP and a component's markup are no tokens, but not blank.
  const isExact = language === "ruby" || language === "php" || isComponent(path);
  return compared(text, { code, prose, isExact });
}

function spansOf({ comments, text }: Scanner): Span[] {
  return Array.from({ length: comments.length / 2 }, (_, at) => {
    const start = comments[at * 2] ?? 0;
    const end = comments[at * 2 + 1] ?? 0;
    return [start, text[end - 1] === "\r" && end > start ? end - 1 : end] as const;
  });
}

function tokensOf({ tokens }: Scanner, text: string): Piece[] {
  const all = Array.from({ length: tokens.count }, (_, at) => {
    const [start, end] = [tokens.start(at), tokens.end(at)];
    return { start, end, kept: text.slice(start, end) };
  });
  return all.filter(({ start, end }) => end > start);
}

/** Stands for a comment among blanks; no text that git takes for one has this. */
const mark = "\0";
const blanks = /[ \t\r\n\f\v\0]+/g;

function compared(
  text: string,
  { code, prose, isExact }: { code: Piece[]; prose: Piece[]; isExact: boolean },
): string {
  const parts: string[] = [];
  let done = 0;
  let next = 0;
  for (const piece of [...code, { start: text.length, end: text.length, kept: "" }]) {
    const first = next;
    while ((prose[next]?.start ?? text.length) < piece.start) next += 1;
    const gap = masked(text, { from: done, to: piece.start, comments: prose.slice(first, next) });
    const isVerbatim = isExact && /[^\s\0]/.test(gap);
    const edges = { isFirst: done === 0, isLast: piece.start === text.length };
    parts.push(plainBlanks(gap, { ...edges, isVerbatim }), piece.kept);
    done = Math.max(done, piece.end);
  }
  return parts.join("");
}

/**
 * What is between two pieces of code, with a mark for each comment, and its line end if it has one.
 */
function masked(
  text: string,
  { from, to, comments }: { from: number; to: number; comments: readonly Piece[] },
): string {
  const parts: string[] = [];
  let done = from;
  for (const { start, end } of comments) {
    const [lineEnd] = /\r?\n/.exec(text.slice(start, end)) ?? [];
    parts.push(text.slice(done, start), mark, lineEnd === undefined ? "" : `${lineEnd}${mark}`);
    done = end;
  }
  return [...parts, text.slice(done, to)].join("");
}

function plainBlanks(
  gap: string,
  edges: { isFirst: boolean; isLast: boolean; isVerbatim: boolean },
): string {
  return gap.replace(blanks, (run, at: number) => {
    if (!run.includes(mark) && (edges.isVerbatim || !run.includes("\n"))) return run;
    const [lineEnd] = /\r?\n/.exec(run) ?? [];
    // A last line that does not end is no other line.
    if (edges.isLast && at + run.length === gap.length) return lineEnd === "\r\n" ? lineEnd : "";
    const isStart = edges.isFirst && at === 0;
    if (lineEnd === undefined) return isStart ? "" : " ";
    const [indent = ""] = run.slice(run.lastIndexOf("\n") + 1).split(mark);
    return `${isStart ? "" : lineEnd}${indent}`;
  });
}
