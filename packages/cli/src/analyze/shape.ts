import type { Facts } from "@heddle/protocol";
import { grouped } from "../terminal/format.ts";
import type { Row, Section } from "./report.ts";
import { andMore, counted, languageName, listed, percent } from "./words.ts";

const entriesShown = 8;
const othersShown = 4;

/** What the project is: its size, its languages and where running it begins. */
export function shapeSections(facts: Facts): Section[] {
  const about = facts.about ?? { text: "It has no README that says in a sentence what it is." };
  return [
    { title: titleOf(facts), rows: [about] },
    { title: "Languages", rows: languageRows(facts) },
    { title: "Where it starts", rows: entryRows(facts) },
  ];
}

function titleOf({ root, codeLines, sources }: Facts): string {
  const name = root.slice(root.lastIndexOf("/") + 1);
  return `${name}: ${counted(codeLines, "line")} of code in ${counted(sources, "file")}`;
}

function languageRows({ languages, others, files, sources }: Facts): Row[] {
  const rows = languages.map(({ language, files: own, codeLines, share, largest }) => ({
    text: `${languageName(language)}: ${percent(share)}, ${counted(codeLines, "line")} in ${counted(own, "file")}; the largest is`,
    place: largest,
  }));
  const rest = files - sources;
  if (rest === 0) return rows;
  const some = others.rows
    .slice(0, othersShown)
    .map(({ ending, files: own }) => `${grouped(own)} ${ending}`);
  const kinds = some.length === 0 ? "" : `, most of all ${listed(some)}`;
  return [...rows, { text: `${counted(rest, "other file")}${kinds}` }];
}

function entryRows({ entryPoints }: Facts): Row[] {
  const shown = entryPoints.rows.slice(0, entriesShown);
  const rows = shown.map(({ kind, name, path, place }) => ({
    text: place.path === path ? `${kind} ${name}` : `${kind} ${name}: ${path}`,
    place,
  }));
  return [...rows, ...andMore(entryPoints.total, shown.length).map((text) => ({ text }))];
}
