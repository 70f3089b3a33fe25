/**
 * The line, from 1, on which the value at `path` is set in a TOML text, or that of the nearest
 * table around it. Good enough to point at a mistake; multi-line values are not followed.
 */
export function lineOf(text: string, path: readonly string[]): number {
  let table: string[] = [];
  let best = { line: 1, depth: -1 };
  for (const [index, line] of text.split("\n").entries()) {
    const header = headerLine.exec(line)?.[1];
    const key = header === undefined ? keyLine.exec(line)?.[1] : undefined;
    if (header !== undefined) table = keysOf(header);
    if (header === undefined && key === undefined) continue;
    const here = key === undefined ? table : [...table, ...keysOf(key)];
    const matches = here.every((name, at) => name === path[at]);
    if (matches && here.length > best.depth) best = { line: index + 1, depth: here.length };
  }
  return best.line;
}

/** Quoted keys may hold points and brackets, as the `cfg(…)` of Cargo's targets. */
const headerLine = /^\s*\[\[?((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])+)\]/;
const keyLine = /^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w.-])+)\s*=/;

function keysOf(dotted: string): string[] {
  const parts = dotted.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+)/g);
  return [...parts].map(([, basic, literal, bare]) => bare ?? literal ?? unescaped(basic ?? ""));
}

/** TOML's escapes in a key that anybody writes are JSON's. */
function unescaped(basic: string): string {
  return basic.replace(/\\(["\\])/g, "$1");
}
