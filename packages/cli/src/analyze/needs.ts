import type { DependencyFact, Facts } from "@heddle/protocol";
import type { Row, Section } from "./report.ts";
import { andMore, counted, listed } from "./words.ts";

const shownAtMost = 10;
const namesAtMost = 8;

/** What comes from outside. */
export function needsSections({ dependencies }: Facts): Section[] {
  const all = dependencies.rows;
  const needed = all.filter(({ use }) => use !== "dev" && use !== "undeclared");
  const shown = needed.slice(0, shownAtMost);
  const rows = [
    ...shown.map((row) => ({ text: needText(row), place: row.place })),
    ...andMore(needed.length, shown.length).map((text) => ({ text })),
    ...summary(
      "for development",
      all.filter(({ use }) => use === "dev"),
    ),
    ...summary(
      "imported, and in no manifest by that name",
      all.filter(({ use }) => use === "undeclared"),
    ),
  ];
  return [{ title: "What it needs from outside", rows }];
}

function needText({ name, wanted, locked, use, importedBy }: DependencyFact): string {
  const version = locked ?? wanted;
  const kind = use === "runtime" ? "" : ` (${use})`;
  const used =
    importedBy === null
      ? ""
      : importedBy === 0
        ? ", imported by no file"
        : `, imported by ${counted(importedBy, "file")}`;
  return `${name}${version === null ? "" : ` ${version}`}${kind}${used}`;
}

function summary(what: string, rows: readonly DependencyFact[]): Row[] {
  const [first] = rows;
  if (first === undefined) return [];
  const names = rows.slice(0, namesAtMost).map(({ name }) => name);
  const more = rows.length - names.length;
  const all = more > 0 ? [...names, `${more} more`] : names;
  return [{ text: `${what}: ${listed(all)}`, place: first.place }];
}
