import type { Facts } from "@heddle/protocol";
import type { Row, Section } from "./report.ts";
import { andMore, counted, languageName, listed, number, percent } from "./words.ts";

const entriesShown = 8;
const othersShown = 4;

/** What the project is: its size, its languages and where running it begins. */
export function shapeSections(facts: Facts): Section[] {
  return [
    { title: titleOf(facts), rows: facts.about ? [facts.about] : [] },
    { title: "Languages", rows: languageRows(facts) },
    { title: "Where it starts", rows: entryRows(facts) },
  ].map((section, at) => (at === 0 && section.rows.length === 0 ? bare(section) : section));
}

/** The title alone stands for a project that says nothing of itself. */
function bare({ title }: Section): Section {
  return { title, rows: [{ text: "It has no README that says what it is." }] };
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
    .map(({ ending, files: own }) => `${number(own)} ${ending}`);
  const kinds = some.length === 0 ? "" : `, most of all ${listed(some)}`;
  return [...rows, { text: `${counted(rest, "other file")}${kinds}` }];
}

function entryRows({ entryPoints }: Facts): Row[] {
  const shown = entryPoints.rows.slice(0, entriesShown);
  const rows = shown.map(({ kind, name, path, place }) => ({
    text: place.path === path ? `${kind} ${name}` : `${kind} ${name} is ${path}, says`,
    place,
  }));
  return [...rows, ...andMore(entryPoints.total, shown.length).map((text) => ({ text }))];
}
