import { estimateTokens, usualBytesPerToken } from "./tokens.ts";

const headShare = 0.4;
/** What lines that tell of failures may take of the room. */
const failureShare = 0.2;
const failureWidth = 300;
const failure =
  /\b(?:errors?|fail(?:s|ed|ing|ure|ures)?|fatal|panic(?:ked)?|exception|traceback|assert\w*|not ok)\b|[✗✖×]/i;
const harmless = /\b(?:0 (?:errors?|fail\w*)|(?:errors?|fail\w*):? 0)\b/i;

/** What a model gets of one result at most. */
export const resultTokenLimit = 8000;

/**
 * Shortens text to about `maxTokens`: 40 % from its head and 60 % from its tail, cut at line
 * borders, with a line between them that says what was left out. Of that, lines that tell of
 * failures are kept.
 */
export function truncateForModel(
  text: string,
  maxTokens: number,
  bytesPerToken = usualBytesPerToken,
): string {
  const room = Math.floor(maxTokens * bytesPerToken);
  if (text.length <= room) return text;
  const { omitted } = split(text, room);
  const failures = failureLines(omitted, room * failureShare);
  const { head, omitted: left, tail } = split(text, room - failures.length);
  const lines = left.split("\n").length - 1;
  const note = `… ${estimateTokens(left.length, bytesPerToken)} tokens, ${lines} lines left out`;
  return failures === ""
    ? `${head}${note} …\n${tail}`
    : `${head}${note}; of failures they say:\n${failures}…\n${tail}`;
}

function split(text: string, room: number): { head: string; omitted: string; tail: string } {
  const headEnd = lineStartBefore(text, Math.floor(room * headShare));
  const tailStart = lineStartAfter(text, text.length - Math.floor(room * (1 - headShare)));
  return {
    head: text.slice(0, headEnd),
    omitted: text.slice(headEnd, tailStart),
    tail: text.slice(tailStart),
  };
}

function failureLines(text: string, room: number): string {
  let kept = "";
  for (const line of text.split("\n")) {
    if (!failure.test(line) || harmless.test(line)) continue;
    const shown = `${line.slice(0, failureWidth).toWellFormed()}\n`;
    if (kept.length + shown.length > room) break;
    kept += shown;
  }
  return kept;
}

/** The start of the line that `at` stands in; `at` itself within one enormous line. */
function lineStartBefore(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1 || betweenCharacters(text, at);
}

function lineStartAfter(text: string, at: number): number {
  const start = text.indexOf("\n", at) + 1;
  return start === 0 || start === text.length ? betweenCharacters(text, at) : start;
}

/** The place itself, or the one before it inside a pair of surrogates. */
function betweenCharacters(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
