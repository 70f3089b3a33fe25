import type { MutationName } from "../../packages/daemon/src/agent/patch/mutations.test.data.ts";
import type { Outcomes, Row } from "./table.ts";

type Percents = readonly [correct: number, wrong: number, refused: number];

interface Expectation {
  readonly name: string;
  /** What the design measured of the usual matcher and of a safe one, on a history of its own. */
  readonly design?: { readonly usual: Percents; readonly safe: Percents };
}

const expectations: Record<MutationName, Expectation> = {
  clean: { name: "clean, 3 context lines" },
  cleanOneContextLine: {
    name: "clean, 1 context line",
    design: { usual: [94, 6, 0], safe: [89.8, 0, 10.2] },
  },
  cleanOneContextLineAndHeaders: { name: "the same with headers" },
  crlfFile: { name: "CRLF file", design: { usual: [0.1, 99.9, 0], safe: [98.3, 0, 1.7] } },
  tabsToBlanks: {
    name: "tabs to 4 spaces",
    design: { usual: [1.9, 98.1, 0], safe: [92, 4.9, 3.1] },
  },
  staleContextLine: {
    name: "one stale context line",
    design: { usual: [0, 0, 100], safe: [94.9, 0, 5.1] },
  },
  contextChanged: { name: "context changed by its author" },
  repeatedHeader: {
    name: "repeated @@ header",
    design: { usual: [73, 0, 27], safe: [99, 0, 1] },
  },
  sameHeaderTwice: { name: "two hunks under one header" },
  unifiedHeader: {
    name: "unified header, wrong numbers",
    design: { usual: [0, 0, 100], safe: [100, 0, 0] },
  },
  trailingBlanksInFile: {
    name: "trailing spaces in file",
    design: { usual: [0.1, 99.9, 0], safe: [98.3, 0, 1.7] },
  },
  typographicQuotesInFile: {
    name: "typographic quotes in file",
    design: { usual: [0, 100, 0], safe: [98.4, 0.1, 1.6] },
  },
  staleDeletedLine: {
    name: "stale deleted line",
    design: { usual: [0, 0, 100], safe: [0, 0, 100] },
  },
  placeGone: { name: "place no longer in the file" },
};

const mostWrong = 0.1;
/** Where what the author meant is not told by the patch. */
const mostWrongIn: Partial<Record<MutationName, number>> = { tabsToBlanks: 4.9 };

/** The rows with more wrong bytes than are allowed. */
export function broken(rows: readonly Row[]): Row[] {
  return rows.filter(({ mutation, ours }) => ours.wrong > (mostWrongIn[mutation] ?? mostWrong));
}

export function printTable(rows: readonly Row[]): void {
  const line = (...cells: string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(31) : cell.padEnd(21))).join(" ");
  console.log("percent: correct / wrong bytes / refused");
  console.log(line("mutation", "usual", "ours", "usual (design)", "safe (design)", "cases"));
  for (const { mutation, cases, usual, ours } of rows) {
    const { name, design } = expectations[mutation];
    const designed = [design?.usual, design?.safe].map((of) => of?.join(" / ") ?? "");
    console.log(line(name, shown(usual), shown(ours), ...designed, String(cases)).trimEnd());
  }
}

const shown = ({ correct, wrong, refused }: Outcomes): string =>
  [correct, wrong, refused].map((share) => share.toFixed(1)).join(" / ");
