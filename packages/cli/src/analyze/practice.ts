import type { CheckCommand, Facts, StyleFact } from "@heddle/protocol";
import { grouped } from "../terminal/format.ts";
import type { Row, Section } from "./report.ts";
import { andMore, counted, languageName, percent } from "./words.ts";

const checksShown = 10;
const untestedShown = 5;

/** How work is done here: tests, checks and habits. */
export function practiceSections(facts: Facts): Section[] {
  return [
    { title: "Tests", rows: testRows(facts) },
    { title: "How to check it", rows: checkRows(facts) },
    { title: "How it is written, where 80 % of the files agree", rows: styleRows(facts) },
  ];
}

function testRows({ tests }: Facts): Row[] {
  if (tests.files === 0) return [{ text: "There are no files of tests by any usual name." }];
  const { pairs, untested } = tests;
  const size = `${counted(tests.files, "file")} with ${counted(tests.codeLines, "line")}`;
  const [pair] = pairs.rows;
  const paired = pair && {
    text: `${grouped(pairs.total)} ${pairs.total === 1 ? "is called after the source that it tests" : "are called after the sources that they test"}, such as ${pair.source} in`,
    place: pair.test,
  };
  const shown = untested.rows.slice(0, untestedShown);
  const none = shown.map((place, at) => ({
    text:
      at === 0
        ? `${counted(untested.total, "source")} that no test reaches by imports, the longest first`
        : "",
    place,
  }));
  return [{ text: size }, ...(paired ? [paired] : []), ...joinedPlaces(none)];
}

/** One statement about several places. */
function joinedPlaces(rows: readonly Row[]): Row[] {
  const [first, ...others] = rows;
  if (first === undefined) return [];
  return [first, ...others.map(({ place }) => ({ text: "and", place }))];
}

/** At most three of a kind, so that each kind is seen. */
function checkRows({ checks }: Facts): Row[] {
  const byKind = [...Map.groupBy(checks, ({ kind }) => kind).values()];
  const shown = byKind.flatMap((own) => own.slice(0, 3)).slice(0, checksShown);
  const rows = shown.map((check) => ({ text: checkText(check), place: check.place }));
  return [...rows, ...andMore(checks.length, shown.length).map((text) => ({ text }))];
}

const purposes: Readonly<Record<CheckCommand["kind"], string>> = {
  test: "tests",
  types: "types",
  lint: "style",
  format: "format",
  build: "build",
  check: "all",
};

function checkText({ kind, command, source, place }: CheckCommand): string {
  const folder =
    source === "ci" ? "" : place.path.slice(0, Math.max(0, place.path.lastIndexOf("/")));
  const inside = folder === "" || / -[Cd] /.test(command) ? "" : ` (in ${folder})`;
  const why = { manifest: "", ci: ", as CI does", convention: ", by its settings" }[source];
  return `${purposes[kind]}: ${command}${inside}${why}`;
}

const aspects: Readonly<Record<StyleFact["aspect"], (choice: string) => string>> = {
  indent: (choice) => `indented by ${choice}`,
  quotes: (choice) => `${choice} quotes`,
  semicolons: (choice) => (choice === "always" ? "semicolons" : "no semicolons"),
  naming: (choice) => `functions in ${choice}`,
  fileNames: (choice) => `files in ${choice}`,
  modules: (choice) => (choice === "import" ? "ES modules" : "CommonJS modules"),
  tests: (choice) => `tests in *.${choice}.* files`,
};

function styleRows({ style }: Facts): Row[] {
  const clear = style.filter(({ choice }) => choice !== null);
  const rows = clear.map(({ language, aspect, choice, share, example }) => ({
    text: `${languageName(language)}: ${aspects[aspect](choice ?? "")} (${percent(share)}), as in`,
    place: example,
  }));
  const mixed = style.filter(({ choice }) => choice === null);
  if (mixed.length === 0) return rows;
  const names = mixed.map(
    ({ language, aspect, first, share }) =>
      `${languageName(language)} ${aspect === "fileNames" ? "file names" : aspect} (${first} ${percent(share)})`,
  );
  return [...rows, { text: `mixed: ${names.join(", ")}` }];
}
