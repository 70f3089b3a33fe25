import type { CycleFact, Facts } from "@heddle/protocol";
import { grouped } from "../terminal/format.ts";
import type { Row, Section } from "./report.ts";
import { andMore, counted } from "./words.ts";

const shownAtMost = 6;

/** What many files lean on, and what deserves care. */
export function careSections(facts: Facts): Section[] {
  return [
    { title: "What most files import", rows: hubRows(facts) },
    { title: "Files that import one another in a circle", rows: cycleRows(facts) },
    { title: "Imports of files that are not there", rows: unresolvedRows(facts) },
    { title: "Sources that nothing imports, runs or names", rows: deadRows(facts) },
  ];
}

function hubRows({ hubs }: Facts): Row[] {
  return hubs.rows.slice(0, shownAtMost).map(({ path, importedBy, example }) => ({
    text: `${path}: ${counted(importedBy, "file")}, one of them`,
    place: example,
  }));
}

function cycleRows({ cycles }: Facts): Row[] {
  const values = cycles.rows.filter(({ typesOnly }) => !typesOnly);
  const types = cycles.rows.length - values.length;
  const shown = values.slice(0, shownAtMost);
  const rows = [
    ...shown.map(cycleRow),
    ...andMore(values.length, shown.length).map((text) => ({ text })),
  ];
  const first = cycles.rows.find(({ typesOnly }) => typesOnly);
  if (first === undefined) return rows;
  return [
    ...rows,
    {
      text: `${counted(types, "circle")} by imports of types alone, the first by`,
      place: first.path[0],
    },
  ];
}

function cycleRow({ size, path }: CycleFact): Row {
  const names = path.map(({ path: each, line }) => `${each}:${line}`);
  const round = [...names, path[0]?.path ?? ""].join(" → ");
  const knot = size > path.length ? `${grouped(size)} files, a shortest way round: ` : "";
  return { text: `${knot}${round}` };
}

function unresolvedRows({ unresolved }: Facts): Row[] {
  const shown = unresolved.rows.slice(0, shownAtMost);
  const rows = shown.map(({ specifier, place }) => ({ text: specifier, place }));
  return [...rows, ...andMore(unresolved.total, shown.length).map((text) => ({ text }))];
}

function deadRows({ deadFiles }: Facts): Row[] {
  const shown = deadFiles.rows.slice(0, shownAtMost);
  const rows = shown.map(({ place, codeLines }) => ({ text: counted(codeLines, "line"), place }));
  return [...rows, ...andMore(deadFiles.total, shown.length).map((text) => ({ text }))];
}
