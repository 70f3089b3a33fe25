/**
 * What ends a line, a comment or all code in some languages, and looks like part of a comment to a
 * reader that knows lines by `\n` alone: two texts that differ in it may differ in their code.
 */
export function hiddenEnds(text: string): string[] {
  return [
    ...(text.match(otherEnds) ?? []),
    ...joinedLines(text),
    text.match(dataBehind)?.[0] ?? "",
  ];
}

/**
 * Line ends of JavaScript, C# and others; Java's escapes, which come before all; ends of elements.
 */
const otherEnds = /[\u2028\u2029\u0085]|\r(?!\n)|\\u+[0-9a-fA-F]{4}|<\/(?:script|style|template)/gi;

/** Ruby and Perl read what stands behind it. */
const dataBehind = /^__(?:END|DATA)__\s*$[\s\S]*/m;

/** Lines that go on in the next one, with that one, whatever it is. */
function joinedLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, at) => (line.endsWith("\\") ? [line, lines[at + 1] ?? ""] : []));
}
