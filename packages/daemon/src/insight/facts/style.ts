import type { CodePlace, StyleFact } from "@heddle/protocol";
import type { TreeIndex } from "../index-types.ts";
import type { Language } from "../lex/types.ts";
import { caseOf } from "./naming.ts";
import type { Source, Subject } from "./subject.ts";
import { baseOf } from "./subject.ts";
import { countBy } from "./top.ts";
import { isAside } from "./units.ts";

/** A choice is told only where so many files voted, and so many of them for it. */
const clearShare = 0.8;
const filesAtLeast = 3;

/** How often each choice is made in a file; the file votes for what it does most. */
type Ballot = Readonly<Record<string, number>>;

interface Question {
  readonly aspect: StyleFact["aspect"];
  readonly asks: (language: string) => boolean;
  readonly votes: (source: Source, index: TreeIndex) => Ballot;
  /** The line of a file that shows a choice. */
  readonly shows: (choice: string, source: Source, index: TreeIndex) => number | undefined;
}

const script = "javascript/typescript";
const isScript = (language: string): boolean => language === script;

/** How the project is written, by vote of its files. Where no choice is clear, it says so. */
export function styleOf({ sources, index }: Subject): StyleFact[] {
  const own = sources.filter(({ path }) => !isAside(path));
  const groups = Map.groupBy(own, ({ language }) => groupOf(language));
  return [...groups].flatMap(([language, files]) =>
    questions
      .filter(({ asks }) => asks(language))
      .flatMap((question) => answerTo(question, language, files, index)),
  );
}

function groupOf(language: Language): string {
  return language === "javascript" || language === "typescript" ? script : language;
}

function answerTo(
  { aspect, votes, shows }: Question,
  language: string,
  sources: readonly Source[],
  index: TreeIndex,
): StyleFact[] {
  const ballots = sources.map((source) => ({ source, ballot: votes(source, index) }));
  const totals = countBy(ballots.flatMap(({ ballot }) => voteOf(ballot) ?? []));
  const all = [...totals.values()].reduce((a, b) => a + b, 0);
  const [first, most] = [...totals].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
  if (all < filesAtLeast) return [];
  const example = exampleOf(ballots, first, (source) => shows(first, source, index));
  if (example === undefined) return [];
  const share = most / all;
  const choice = share >= clearShare ? first : null;
  return [{ language, aspect, choice, first, share, votes: all, example }];
}

function voteOf(ballot: Ballot): string | undefined {
  const made = Object.entries(ballot).filter(([, count]) => count > 0);
  return made.length === 0 ? undefined : made.reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

const triesAtMost = 5;

/** A line of the file that votes most for a choice, read to be sure. */
function exampleOf(
  ballots: readonly { source: Source; ballot: Ballot }[],
  choice: string,
  lineIn: (source: Source) => number | undefined,
): CodePlace | undefined {
  const best = ballots
    .filter(({ ballot }) => (ballot[choice] ?? 0) > 0)
    .sort((a, b) => (b.ballot[choice] ?? 0) - (a.ballot[choice] ?? 0))
    .slice(0, triesAtMost);
  for (const { source } of best) {
    const line = lineIn(source);
    if (line !== undefined) return { path: source.path, line };
  }
  return undefined;
}

function lineMatching(index: TreeIndex, path: string, pattern: RegExp): number | undefined {
  const lines = (index.readText(path) ?? "").split("\n");
  const at = lines.findIndex((line) => pattern.test(line));
  return at < 0 ? undefined : at + 1;
}

const linesAStep = 3;
const indents: Readonly<Record<string, RegExp>> = {
  tabs: /^\t+[^\s*]/,
  "2 spaces": /^ {2}[^\s*]/,
  "4 spaces": /^ {4}[^\s*]/,
  "8 spaces": /^ {8}[^\s*]/,
};
const quotes: Readonly<Record<string, RegExp>> = {
  single: /(?<![\w\\])'[^'"`]*'/,
  double: /(?<![\w\\])"[^'"`]*"/,
};

const questions: readonly Question[] = [
  {
    aspect: "indent",
    asks: () => true,
    votes: ({ symbols: { style } }) => ({
      // Of spaces only the steps inwards are counted, of tabs every line.
      tabs: style.tabLines / linesAStep,
      "2 spaces": style.spaceSteps[2],
      "4 spaces": style.spaceSteps[4],
      "8 spaces": style.spaceSteps[8],
    }),
    shows: (choice, { path }, index) => lineMatching(index, path, indents[choice] ?? /^$/),
  },
  {
    aspect: "quotes",
    asks: (language) =>
      isScript(language) || language === "python" || language === "ruby" || language === "php",
    votes: ({ symbols: { style } }) => ({ single: style.singleQuotes, double: style.doubleQuotes }),
    shows: (choice, { path }, index) => lineMatching(index, path, quotes[choice] ?? /^$/),
  },
  {
    aspect: "semicolons",
    asks: isScript,
    votes: ({ symbols: { style } }) => ({ always: style.semicolons, never: style.bareEnds }),
    shows: (choice, { path }, index) =>
      lineMatching(index, path, choice === "always" ? /;\s*$/ : /^\s*\w.*[\w)"'\]]\s*$/),
  },
  {
    aspect: "naming",
    asks: () => true,
    votes: ({ symbols }) => tally(functionsOf(symbols).map(({ name }) => caseOf(name))),
    shows: (choice, { symbols }) =>
      functionsOf(symbols).find(({ name }) => caseOf(name) === choice)?.line,
  },
  {
    aspect: "fileNames",
    asks: () => true,
    votes: ({ path }) => tally([caseOf(stemOf(path))]),
    shows: () => 1,
  },
  {
    aspect: "modules",
    asks: isScript,
    votes: ({ symbols }) => tally(symbols.imports.map(({ kind }) => moduleStyle(kind))),
    shows: (choice, { symbols }) =>
      symbols.imports.find(({ kind }) => moduleStyle(kind) === choice)?.line,
  },
  {
    aspect: "tests",
    asks: isScript,
    votes: ({ path }) => tally([testStyle(path)]),
    shows: () => 1,
  },
];

function tally(choices: readonly (string | undefined)[]): Ballot {
  const counts: Record<string, number> = {};
  for (const choice of choices)
    if (choice !== undefined) counts[choice] = (counts[choice] ?? 0) + 1;
  return counts;
}

function functionsOf({ definitions }: Source["symbols"]) {
  return definitions.filter(({ kind }) => kind === "function" || kind === "method");
}

/** The first dot ends what an author names: the rest says what kind of file it is. */
function stemOf(path: string): string {
  const base = baseOf(path);
  return base.slice(0, Math.max(0, base.indexOf(".")));
}

function moduleStyle(kind: string): string | undefined {
  if (kind === "static" || kind === "type" || kind === "reexport") return "import";
  return kind === "require" ? "require" : undefined;
}

function testStyle(path: string): string | undefined {
  return /\.(test|spec)\.\w+$/.exec(path)?.[1];
}
