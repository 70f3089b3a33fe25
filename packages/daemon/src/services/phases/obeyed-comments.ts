import type { Language, Span } from "../../insight/lex/index.ts";
import { linesOf } from "./comment-lines.ts";
import { lineReader } from "./obeyed-lines.ts";

/**
 * What tools obey of each comment, with where that holds; nothing of what only people read. It is
 * told by its shape, since nobody knows all tools: what looks as if one could obey it counts.
 */
export function obeyedParts(language: Language, text: string, spans: readonly Span[]): string[] {
  const placeOf = placesIn(text, spans);
  return runsOf(language, text, spans).flatMap((run) => {
    const obeys = lineReader(language);
    const isCompiled = language === "go" && isPreamble(text, run);
    return run.map((span) => {
      const lines = linesOf(language, text.slice(...span));
      const kept = lines.filter((line) => obeys(line) || isCompiled);
      if (kept.length === 0) return "";
      return [placeOf(span), lines[0]?.opener, ...kept.map(({ content }) => content)].join("\n");
    });
  });
}

/** Comments that tools may read as one: those on lines that follow each other. */
function runsOf(language: Language, text: string, spans: readonly Span[]): Span[][] {
  // Rust joins all that documents one item.
  const joint = language === "rust" ? /^\s*$/ : /^[ \t]*\r?\n[ \t]*$/;
  const runs: Span[][] = [];
  let before = 0;
  for (const span of spans) {
    const run = runs.at(-1);
    if (run && joint.test(text.slice(before, span[0]))) run.push(span);
    else runs.push([span]);
    before = span[1];
  }
  return runs;
}

/** Whether cgo compiles a run: it does where that stands directly before its import. */
function isPreamble(text: string, run: readonly Span[]): boolean {
  const end = run.at(-1)?.[1] ?? 0;
  return /^[ \t]*\r?\n?[ \t]*(?:import\s*\(?\s*)?["`]C["`]/.test(text.slice(end, end + 200));
}

/** Tells what decides over a comment: some hold for the next line, some only above all code. */
function placesIn(text: string, spans: readonly Span[]): (span: Span) => string {
  const starts = new Set(spans.map(([start]) => start));
  const codeStart = startOfCode(text, spans);
  return ([start, end]) => {
    if (text.startsWith("#!") && start === 0) return "at the top";
    const line = start < codeStart ? text.slice(0, start).split("\n").length : "";
    const [rest = "", next = ""] = /^[ \t\r]*(?:\n[ \t]*(.*))?/.exec(text.slice(end)) ?? [];
    const isComment = starts.has(end + rest.length - next.length);
    const follower = next.trim() === "" ? "nothing" : isComment ? "a comment" : "code";
    return `${line} before ${follower}`;
  };
}

function startOfCode(text: string, spans: readonly Span[]): number {
  let done = 0;
  for (const [start, end] of spans) {
    if (text.slice(done, start).trim() !== "") break;
    done = end;
  }
  return text.length - text.slice(done).trimStart().length;
}
