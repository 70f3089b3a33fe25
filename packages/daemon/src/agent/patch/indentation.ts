/** Turns the indentation of a line of the patch into that of the file; undefined: it cannot. */
export type Reindent = (indent: string) => string | undefined;

/** What one matched line is indented with, in the patch and in the file. */
export interface IndentPair {
  readonly patch: string;
  readonly file: string;
}

const units = ["\t", "  ", "   ", "    ", "        "];

export const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? "";

/**
 * How the patch's indentation becomes the file's, as far as the matched lines tell: moved by as much
 * as a patch drops as a whole, or written with another unit. Undefined when no single rule explains
 * them all; the rule itself refuses additions on which several explanations disagree. Any other
 * distance is that of a copy at another depth.
 */
export function inferReindent(
  pairs: readonly IndentPair[],
  file: readonly string[],
): Reindent | undefined {
  const known = new Map(pairs.map(({ patch, file }) => [patch, file]));
  if (pairs.some(({ patch, file }) => known.get(patch) !== file)) return undefined;
  const rules = [...shifts(pairs), ...retabs(file)].filter((rule) =>
    pairs.every(({ patch, file }) => rule(patch) === file),
  );
  if (rules.length === 0) return undefined;
  return (indent) => {
    const results = new Set(rules.map((rule) => rule(indent)));
    return known.get(indent) ?? (results.size === 1 ? [...results][0] : undefined);
  };
}

function shifts(pairs: readonly IndentPair[]): Reindent[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const { patch, file } = first;
  const isDropped = pairs.some((pair) => pair.patch === "");
  const isPrefix = Math.abs(file.length - patch.length) === 1;
  if (!isDropped && !isPrefix) return [];
  if (file.endsWith(patch)) {
    const more = file.slice(0, file.length - patch.length);
    return [(indent) => more + indent];
  }
  if (!patch.endsWith(file)) return [];
  const less = patch.slice(0, patch.length - file.length);
  return [(indent) => (indent.startsWith(less) ? indent.slice(less.length) : undefined)];
}

function retabs(file: readonly string[]): Reindent[] {
  const used = new Set(file.map(indentOf));
  return units.flatMap((from) =>
    units
      // A file that is indented by the patch's own unit is not written with a wider one.
      .filter((to) => to !== from && !(to.startsWith(from) && used.has(from)))
      .map((to) => retab(from, to)),
  );
}

// What is left after the last whole unit aligns, as the stars of a comment do, and is kept.
function retab(from: string, to: string): Reindent {
  return (indent) => {
    let level = 0;
    while (indent.startsWith(from, level * from.length)) level += 1;
    const rest = indent.slice(level * from.length);
    return rest.includes("\t") ? undefined : to.repeat(level) + rest;
  };
}

/**
 * Whether additions are indented by blanks in a file of tabs, or the other way round, while no
 * matched line is indented, so that nothing shows that this is meant.
 */
export function indentationClashes(
  file: readonly string[],
  matched: readonly string[],
  additions: readonly string[],
): boolean {
  // One blank before the star of a comment shows nothing.
  if (matched.some((line) => /^(\t| {2,})\s*\S/.test(line))) return false;
  const own = indentStyle(file);
  const added = indentStyle(additions);
  return (own === "tabs" && added === "blanks") || (own === "blanks" && added === "tabs");
}

function indentStyle(lines: readonly string[]): "tabs" | "blanks" | "mixed" | "none" {
  const tabs = lines.some((line) => line.startsWith("\t"));
  const blanks = lines.some((line) => /^ {2,}\S/.test(line));
  if (tabs && blanks) return "mixed";
  if (tabs) return "tabs";
  return blanks ? "blanks" : "none";
}
