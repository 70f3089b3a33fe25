/** A patch to the file named `file`, and what it is to make of it. */
export interface Case {
  readonly patch: string;
  readonly before: string;
  readonly after: string;
}

export type Random = () => number;

/** Numbers that are the same in every run (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, from: readonly T[]): T => {
  const chosen = from[below(random, from.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
};
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Lines of a file, counted from 0, that give way to others. */
export interface Edit {
  readonly start: number;
  readonly removed: number;
  readonly added: readonly string[];
}

/** What an author changed in one place of a file. */
export interface Change {
  readonly lines: readonly string[];
  /** In the file's order, so near to each other that three lines of context join them. */
  readonly edits: readonly Edit[];
  /** What the same author changed in the next place of the file. */
  readonly next?: readonly Edit[];
}

interface Base extends Change {
  readonly random: Random;
}

/** One way in which models or files are off; undefined where it does not apply to the change. */
export type Mutation = (base: Base) => Case | undefined;

type PatchLine = readonly [prefix: " " | "-" | "+", text: string];

const withPrefix = (prefix: PatchLine[0], texts: readonly string[]): PatchLine[] =>
  texts.map((text) => [prefix, text]);

/** Edits that so many lines of context join, as `diff -U` writes them. */
export function joinEdits(edits: readonly Edit[], context: number): Edit[][] {
  const groups: Edit[][] = [];
  for (const edit of edits) {
    const last = groups.at(-1)?.at(-1);
    if (last && edit.start - (last.start + last.removed) <= 2 * context) groups.at(-1)?.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

function hunkLines(
  lines: readonly string[],
  edits: readonly Edit[],
  context: number,
): { start: number; lines: PatchLine[] } {
  const start = Math.max(0, (edits[0]?.start ?? 0) - context);
  const written: PatchLine[] = [];
  let line = start;
  for (const edit of edits) {
    const end = edit.start + edit.removed;
    written.push(...withPrefix(" ", lines.slice(line, edit.start)));
    written.push(...withPrefix("-", lines.slice(edit.start, end)));
    written.push(...withPrefix("+", edit.added));
    line = end;
  }
  written.push(...withPrefix(" ", lines.slice(line, line + context)));
  return { start, lines: written };
}

const edited = (lines: readonly string[], edits: readonly Edit[]): string[] =>
  edits.reduceRight<string[]>(
    (file, { start, removed, added }) => file.toSpliced(start, removed, ...added),
    [...lines],
  );

export const patchOf = (...hunks: string[]): string =>
  `*** Begin Patch\n*** Update File: file\n${hunks.join("\n")}\n*** End Patch\n`;

const joined = (lines: readonly string[], eol = "\n"): string =>
  lines.map((line) => line + eol).join("");

const same = <T>(value: T): T => value;

/** A patch with three context lines; `inFile` changes the file's lines, `inPatch` the patch's. */
function mutate(
  { lines, edits }: Base,
  change: {
    context?: number;
    eol?: string;
    header?: (start: number, edited: number) => string;
    inFile?: (line: string) => string;
    inPatch?: (lines: PatchLine[]) => PatchLine[] | undefined;
  },
): Case | undefined {
  const { context = 3, eol = "\n", header = () => "@@", inFile = same, inPatch = same } = change;
  const hunks: string[] = [];
  for (const group of joinEdits(edits, context)) {
    const hunk = hunkLines(lines, group, context);
    const written = inPatch(hunk.lines);
    if (written === undefined) return undefined;
    const texts = written.map(([prefix, text]) => prefix + text);
    hunks.push([header(hunk.start, group[0]?.start ?? 0), ...texts].join("\n"));
  }
  const file = lines.map(inFile);
  const after = joined(edited(file, edits), eol);
  return { patch: patchOf(...hunks), before: joined(file, eol), after };
}

function spoilOne(
  random: Random,
  prefix: " " | "-",
): (lines: PatchLine[]) => PatchLine[] | undefined {
  return (lines) => {
    const at = lines.flatMap(([own, text], index) =>
      own === prefix && text.trim() ? [index] : [],
    );
    if (at.length === 0) return undefined;
    const chosen = pick(random, at);
    return lines.map(([own, text], index) => [own, index === chosen ? stale(random, text) : text]);
  };
}

/** Another word than the one that stands in the line, or more brackets where it has no words. */
function stale(random: Random, line: string): string {
  const words = [...line.matchAll(/\w+/g)];
  if (words.length === 0) return `${line})`;
  const { 0: word, index } = pick(random, words);
  return `${line.slice(0, index)}stale${line.slice(index + word.length)}`;
}

/** The same change in a file that is indented with tabs. */
function withTabs({ lines, edits, random }: Base): Base {
  const unit = lines.some((line) => /^ {2}\S/.test(line)) ? 2 : 4;
  const retab = (line: string): string =>
    line.replace(/^ +/, (blanks) => {
      const level = Math.floor(blanks.length / unit);
      return "\t".repeat(level) + " ".repeat(blanks.length % unit);
    });
  const retabbed = edits.map((edit) => ({ ...edit, added: edit.added.map(retab) }));
  return { lines: lines.map(retab), edits: retabbed, random };
}

const tabsToBlanks = ([prefix, text]: PatchLine): PatchLine => [
  prefix,
  text.replace(/^\t+/, (tabs) => "    ".repeat(tabs.length)),
];

/** The lines that name every scope around a line, from the outermost on. */
function scopesOf(lines: readonly string[], at: number): string[] {
  const width = (line: string): number => line.search(/\S/);
  const scopes: string[] = [];
  let inner = width(lines[at] ?? "");
  for (let line = at - 1; line >= 0 && inner > 0; line -= 1) {
    const text = lines[line] ?? "";
    // A bracket or the begin of a comment opens a scope, too, but names none.
    if (!/^\s*[\w$#@]/.test(text) || width(text) >= inner) continue;
    scopes.unshift(text.trim());
    inner = width(text);
  }
  return scopes;
}

const headersOf = (lines: readonly string[], at: number): string =>
  scopesOf(lines, at)
    .map((scope) => `@@ ${scope}`)
    .join("\n") || "@@";

/** Two hunks under the same header, which one that only reads on finds just once. */
function sameHeaderTwice({ lines, edits, next = [] }: Base): Case | undefined {
  const [first] = edits;
  const [second] = next;
  if (first === undefined || second === undefined) return undefined;
  const header = headersOf(lines, first.start);
  if (header === "@@" || header !== headersOf(lines, second.start)) return undefined;
  const hunks = [edits, next].map((group) =>
    [header, ...hunkLines(lines, group, 3).lines.map(([prefix, text]) => prefix + text)].join("\n"),
  );
  const after = joined(edited(lines, [...edits, ...next]));
  return { patch: patchOf(...hunks), before: joined(lines), after };
}

/** A hunk below the header of its scope, which its context may repeat. */
function repeatedHeader(base: Base): Case | undefined {
  const innermost = (at: number): string => scopesOf(base.lines, at).at(-1) ?? "";
  return mutate(base, { header: (_, at) => `@@ ${innermost(at)}`.trimEnd() });
}

/** The line that git would name beside the numbers. */
const headingAbove = (lines: readonly string[], start: number): string =>
  lines
    .slice(0, start)
    .findLast((line) => /^[A-Za-z_$]/.test(line))
    ?.slice(0, 80) ?? "";

function wrongNumbers({ lines, random }: Base, start: number): string {
  const number = (): number => 1 + below(random, lines.length);
  return `@@ -${number()},7 +${number()},9 @@ ${headingAbove(lines, start)}`.trimEnd();
}

/** Quotes of the patch stand otherwise in the file. */
const typographicQuotesInFile: Mutation = (base) =>
  mutate(base, {
    inFile: (line) => line.replace(/"/g, "\u201d").replace(/'/g, "\u2019"),
    inPatch: (written) =>
      written.some(([prefix, text]) => prefix !== "+" && /["']/.test(text)) ? written : undefined,
  });

/** What the patch is about is no longer in the file, so that nothing it does is right. */
function placeGone(base: Base): Case | undefined {
  const made = mutate(base, {});
  const { start, lines } = hunkLines(base.lines, base.edits, 3);
  const old = lines.filter(([prefix]) => prefix !== "+").map(([, text]) => text);
  const before = joined(base.lines.toSpliced(start, old.length));
  return made && !before.includes(joined(old)) ? { ...made, before } : undefined;
}

/** A context line that the same author has changed, too, and before the patch was written. */
function contextChanged({ lines, edits, random }: Base): Case | undefined {
  const stale = edits.filter(
    ({ start, removed, added }) =>
      removed === 1 && added.length === 1 && lines[start]?.trim() && added[0]?.trim(),
  );
  if (stale.length === 0) return undefined;
  const before = pick(random, stale);
  const near = edits.filter(({ start, removed }) => {
    const distance = before.start < start ? start - before.start : before.start - start - removed;
    return start !== before.start && distance >= 0 && distance <= 3;
  });
  if (near.length === 0) return undefined;
  const edit = pick(random, near);
  const written = hunkLines(lines, [edit], 3).lines;
  const old = written.filter(([prefix]) => prefix !== "+").map(([, text]) => text);
  const file = edited(lines, [before]);
  // Where the old lines stand elsewhere as well, nothing tells which place is meant.
  if (joined(file).includes(joined(old))) return undefined;
  const hunk = ["@@", ...written.map(([prefix, text]) => prefix + text)].join("\n");
  return { patch: patchOf(hunk), before: joined(file), after: joined(edited(file, [edit])) };
}

export const mutations = {
  clean: (base) => mutate(base, {}),
  cleanOneContextLine: (base) => mutate(base, { context: 1 }),
  cleanOneContextLineAndHeaders: (base) =>
    mutate(base, { context: 1, header: (_, at) => headersOf(base.lines, at) }),
  crlfFile: (base) => mutate(base, { eol: "\r\n" }),
  tabsToBlanks: (base) =>
    mutate(withTabs(base), { inPatch: (written) => written.map(tabsToBlanks) }),
  staleContextLine: (base) => mutate(base, { inPatch: spoilOne(base.random, " ") }),
  contextChanged,
  repeatedHeader,
  sameHeaderTwice,
  unifiedHeader: (base) => mutate(base, { header: (start) => wrongNumbers(base, start) }),
  trailingBlanksInFile: (base) =>
    mutate(base, { inFile: (line) => (line === "" ? line : `${line}  `) }),
  typographicQuotesInFile,
  staleDeletedLine: (base) => mutate(base, { inPatch: spoilOne(base.random, "-") }),
  placeGone,
} as const satisfies Record<string, Mutation>;

export type MutationName = keyof typeof mutations;
