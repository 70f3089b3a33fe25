import { samples } from "./samples.test.data.ts";

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

interface Edit {
  readonly start: number;
  readonly removed: number;
  readonly added: readonly string[];
}

type PatchLine = readonly [prefix: " " | "-" | "+", text: string];

const pick = <T>(random: Random, from: readonly T[]): T => {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
};
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function randomEdit(random: Random, lines: readonly string[]): Edit {
  const start = below(random, lines.length);
  const kind = pick(random, ["replace", "replace", "insert", "insert", "delete"]);
  const removed = kind === "insert" ? 0 : Math.min(1 + below(random, 3), lines.length - start);
  if (kind === "delete") return { start, removed, added: [] };
  const source = kind === "replace" ? start : below(random, lines.length);
  const added = lines
    .slice(source, source + 1 + below(random, 4))
    .map((line) => reworded(random, line));
  return { start, removed, added };
}

function reworded(random: Random, line: string): string {
  const number = below(random, 100);
  return line.replace(/\w+(?=\W*$)/, (word) => `${word}${number}`);
}

function patchLines(lines: readonly string[], edit: Edit, context: number): PatchLine[] {
  const end = edit.start + edit.removed;
  return [
    ...lines
      .slice(Math.max(0, edit.start - context), edit.start)
      .map((text) => [" ", text] as const),
    ...lines.slice(edit.start, end).map((text) => ["-", text] as const),
    ...edit.added.map((text) => ["+", text] as const),
    ...lines.slice(end, end + context).map((text) => [" ", text] as const),
  ];
}

const edited = (lines: readonly string[], { start, removed, added }: Edit): string[] =>
  lines.toSpliced(start, removed, ...added);

const hunkText = (header: string, lines: readonly PatchLine[]): string =>
  [header, ...lines.map(([prefix, text]) => prefix + text)].join("\n");

export const patchOf = (...hunks: string[]): string =>
  `*** Begin Patch\n*** Update File: file\n${hunks.join("\n")}\n*** End Patch\n`;

const joined = (lines: readonly string[], eol = "\n"): string =>
  lines.map((line) => line + eol).join("");

interface Base {
  readonly lines: readonly string[];
  readonly edit: Edit;
  readonly random: Random;
}

/** One way in which models or files are off; undefined where it does not apply to the edit. */
export type Mutation = (base: Base) => Case | undefined;

/** A patch with three context lines; `inFile` changes the file's lines, `inPatch` the patch's. */
function mutate(
  { lines, edit }: Base,
  change: {
    context?: number;
    eol?: string;
    header?: string;
    inFile?: (line: string) => string;
    inPatch?: (lines: PatchLine[]) => PatchLine[] | undefined;
  },
): Case | undefined {
  const { context = 3, eol = "\n", header = "@@", inFile = same, inPatch = same } = change;
  const file = lines.map(inFile);
  const written = inPatch(patchLines(lines, edit, context));
  if (written === undefined) return undefined;
  const patch = patchOf(hunkText(header, written));
  return { patch, before: joined(file, eol), after: joined(edited(file, edit), eol) };
}

const same = <T>(value: T): T => value;

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
    return lines.map(([own, text], index) => [own, index === chosen ? `${text} stale` : text]);
  };
}

/** The same edit in a file that is indented with tabs. */
function withTabs({ lines, edit, random }: Base): Base {
  const unit = lines.some((line) => /^ {2}\S/.test(line)) ? 2 : 4;
  const retab = (line: string): string =>
    line.replace(/^ +/, (blanks) => {
      const level = Math.floor(blanks.length / unit);
      return "\t".repeat(level) + " ".repeat(blanks.length % unit);
    });
  return { lines: lines.map(retab), edit: { ...edit, added: edit.added.map(retab) }, random };
}

/** The `@@` lines of every scope around a line, from the outermost on. */
function headersOf(lines: readonly string[], at: number): string {
  const width = (line: string): number => line.search(/\S/);
  const headers: string[] = [];
  let inner = width(lines[at] ?? "");
  for (let line = at - 1; line >= 0 && inner > 0; line -= 1) {
    const text = lines[line] ?? "";
    if (text.trim() === "" || width(text) >= inner) continue;
    headers.unshift(`@@ ${text.trim()}`);
    inner = width(text);
  }
  return headers.join("\n") || "@@";
}

function sameHeaderTwice({ lines, edit, random }: Base): Case | undefined {
  const later = edit.start + edit.removed + 1 + below(random, 6);
  if (later >= lines.length) return undefined;
  const second = { ...randomEdit(random, lines.slice(0, later + 1)), start: later, removed: 1 };
  const header = headersOf(lines, edit.start);
  const hunks = [edit, second].map((one) => hunkText(header, patchLines(lines, one, 3)));
  const after = edited(edited(lines, second), edit);
  return { patch: patchOf(...hunks), before: joined(lines), after: joined(after) };
}

export const mutations = {
  clean: (base) => mutate(base, {}),
  cleanOneContextLine: (base) => mutate(base, { context: 1 }),
  cleanOneContextLineAndHeaders: (base) =>
    mutate(base, { context: 1, header: headersOf(base.lines, base.edit.start) }),
  crlfFile: (base) => mutate(base, { eol: "\r\n" }),
  tabsToBlanks: (base) =>
    mutate(withTabs(base), {
      inPatch: (written) =>
        written.map(([own, text]) => [
          own,
          text.replace(/^\t+/, (tabs) => "    ".repeat(tabs.length)),
        ]),
    }),
  staleContextLine: (base) => mutate(base, { inPatch: spoilOne(base.random, " ") }),
  repeatedHeader: sameHeaderTwice,
  unifiedHeader: (base) =>
    mutate(base, { header: `@@ -${below(base.random, 500)},7 +${below(base.random, 500)},9 @@` }),
  trailingBlanksInFile: (base) =>
    mutate(base, { inFile: (line) => (line === "" ? line : `${line}  `) }),
  typographicQuotesInFile: (base) =>
    mutate(base, { inFile: (line) => line.replace(/"/g, "\u201d").replace(/'/g, "\u2019") }),
  staleDeletedLine: (base) => mutate(base, { inPatch: spoilOne(base.random, "-") }),
} as const satisfies Record<string, Mutation>;

/** As many cases of a mutation as asked for, the same in every run. */
export function* casesOf(
  mutation: Mutation,
  count: number,
  texts: readonly string[] = Object.values(samples),
): Generator<Case> {
  const random = seededRandom(20_260);
  for (let made = 0; made < count; ) {
    const lines = pick(random, texts).trimEnd().split("\n");
    const next = mutation({ lines, edit: randomEdit(random, lines), random });
    if (next === undefined || next.before === next.after) continue;
    made += 1;
    yield next;
  }
}
