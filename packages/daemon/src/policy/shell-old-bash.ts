/**
 * Where bash 3, which macOS has, finds the end of a substitution that begins before `from`: it
 * looks for the parenthesis alone, and knows no here-documents, clauses of `case` or comments. -1
 * if it finds none.
 */
export function oldEnd(text: string, from: number): number {
  return closed(text, from, ")");
}

const opened: Readonly<Record<string, string>> = { "(": ")", "{": "}" };

function closed(text: string, from: number, close: string): number {
  for (let at = from; at < text.length; ) {
    const character = text.charAt(at);
    at += 1;
    if (character === close) return at;
    if (character === "\\") at += 1;
    else if (character === "#" && close === ")" && /\s/.test(text.charAt(at - 2))) return -1;
    else at = inner(text, at, close);
    if (at === -1) return -1;
  }
  return -1;
}

/** The end of what the character before a place opens, or that place. */
function inner(text: string, at: number, close: string): number {
  const character = text.charAt(at - 1);
  const end = opened[text.charAt(at)];
  if (character === "$" && end !== undefined) return closed(text, at + 1, end);
  if (character === "(" && close === ")") return closed(text, at, ")");
  if (character === "'" && close !== '"') return text.indexOf("'", at) + 1 || -1;
  const isQuote = (character === '"' || character === "`") && character !== close;
  return isQuote ? closed(text, at, character) : at;
}
