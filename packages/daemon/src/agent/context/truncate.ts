/** Bytes per token, until a thread's own average is known. */
const bytesPerToken = 4;
const headShare = 0.4;

/** What a model gets of one result at most. */
export const resultTokenLimit = 8000;

/** For a text of so many characters, or bytes of what is mostly ASCII. */
export const estimateTokens = (length: number): number => Math.ceil(length / bytesPerToken);

/**
 * Shortens text to about `maxTokens`: 40 % from its head and 60 % from its tail, cut at line
 * borders, with a line between them that says what was left out.
 */
export function truncateForModel(text: string, maxTokens: number): string {
  const budget = maxTokens * bytesPerToken;
  if (text.length <= budget) return text;
  const headEnd = lineStartBefore(text, Math.floor(budget * headShare));
  const tailStart = lineStartAfter(text, text.length - Math.floor(budget * (1 - headShare)));
  const omitted = text.slice(headEnd, tailStart);
  const lines = omitted.split("\n").length - 1;
  const note = `… ${estimateTokens(omitted.length)} tokens, ${lines} lines left out …\n`;
  return text.slice(0, headEnd) + note + text.slice(tailStart);
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
