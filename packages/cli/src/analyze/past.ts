import type { Facts, HistoryFact } from "@heddle/protocol";
import { grouped } from "../terminal/format.ts";
import type { Row, Section } from "./report.ts";
import { counted, percent } from "./words.ts";

const shownAtMost = 5;

/** What the history tells, and what was left out of all. */
export function pastSections({ history, notes }: Facts): Section[] {
  return [
    { title: "What its history tells", rows: history ? historyRows(history) : [] },
    { title: "Not read", rows: notes.map((text) => ({ text })) },
  ];
}

function historyRows(history: HistoryFact): Row[] {
  const { commits, since, whole, authors } = history;
  const from = since === null ? "" : ` since ${new Date(since).toISOString().slice(0, 10)}`;
  const part = whole ? "" : "; older ones were not read";
  const all = `${counted(commits, "commit")} without merges by ${counted(authors, "author")}${from}${part}`;
  return [{ text: all }, ...hotspotRows(history), ...churnRows(history), ...coChangeRows(history)];
}

const first = (path: string) => ({ path, line: 1 });

function hotspotRows({ hotspots }: HistoryFact): Row[] {
  return hotspots.rows.slice(0, shownAtMost).map(({ path, commits, branches }) => ({
    text: `complex and often changed: ${counted(branches, "branch", "branches")}, ${counted(commits, "commit")}`,
    place: first(path),
  }));
}

function churnRows({ churn, hotspots }: HistoryFact): Row[] {
  const told = new Set(hotspots.rows.slice(0, shownAtMost).map(({ path }) => path));
  return churn.rows
    .filter(({ path }) => !told.has(path))
    .slice(0, shownAtMost)
    .map(({ path, commits, added, deleted }) => ({
      text: `often changed: ${counted(commits, "commit")}, +${grouped(added)} -${grouped(deleted)}`,
      place: first(path),
    }));
}

/** Those that no import explains are what cannot be seen in the code. */
function coChangeRows({ coChange }: HistoryFact): Row[] {
  return coChange.rows
    .filter(({ imports }) => !imports)
    .slice(0, shownAtMost)
    .map(({ path, other, together, share }) => ({
      text: `changes with ${other} in ${counted(together, "commit")} (${percent(share)}), without an import`,
      place: first(path),
    }));
}
