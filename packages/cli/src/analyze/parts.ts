import type { Facts, PackageArrow, PackageFact } from "@heddle/protocol";
import { grouped } from "../terminal/format.ts";
import type { Row, Section } from "./report.ts";
import { andMore, counted } from "./words.ts";

const partsShown = 16;
const arrowsShown = 12;
const insidesShown = 2;
const roundsShown = 3;

interface Parts {
  readonly packages: { readonly total: number; readonly rows: readonly PackageFact[] };
  readonly arrows: { readonly total: number; readonly rows: readonly PackageArrow[] };
}

/** What the project is made of, the parts that use the others first. */
export function partsSections({ packages }: Facts): Section[] {
  const what = packages.split === "manifests" ? "Packages" : "Folders";
  if (packages.arrows.total === 0) return insideSections(packages.insides);
  return [
    {
      title: `${what}, each above those that it imports (without tests)`,
      rows: partRows(packages),
    },
    { title: "Who imports whom", rows: arrowRows(packages) },
    ...insideSections(packages.insides),
  ];
}

/** Where there are several, the largest tell most. */
function insideSections(insides: Facts["packages"]["insides"]): Section[] {
  const lines = ({ packages }: Parts) =>
    packages.rows.reduce((all, { codeLines }) => all + codeLines, 0);
  return insides
    .toSorted((a, b) => lines(b) - lines(a))
    .slice(0, insidesShown)
    .map(({ folder, ...parts }) => ({
      title: `Inside of ${folder || "the root"}, each above those that it imports`,
      rows: [...partRows(parts), ...roundRows(parts)],
    }));
}

function partRows({ packages }: Parts): Row[] {
  const shown = packages.rows.slice(0, partsShown);
  const rows = shown.map(({ name, folder, files, codeLines, layer, importedBy, place }) => {
    const where =
      folder === "" || folder === name || folder.endsWith(`/${name}`) ? "" : ` (${folder})`;
    const used = importedBy === 0 ? "" : `, imported by ${grouped(importedBy)}`;
    const size = `${counted(files, "file")}, ${counted(codeLines, "line")}${used}`;
    return { text: `${layer}  ${name}${where}: ${size}`, place };
  });
  return [...rows, ...andMore(packages.total, shown.length).map((text) => ({ text }))];
}

/** Arrows that lead round in a circle first: they are what a reader has to know. */
function arrowRows({ arrows }: Parts): Row[] {
  const order = arrows.rows.toSorted((a, b) => Number(b.cyclic) - Number(a.cyclic));
  const shown = order.slice(0, arrowsShown);
  const rows = shown.map((arrow) => ({ text: arrowText(arrow), place: arrow.place }));
  return [...rows, ...andMore(arrows.total, shown.length).map((text) => ({ text }))];
}

function roundRows({ arrows }: Parts): Row[] {
  const round = arrows.rows.filter(({ cyclic }) => cyclic);
  const shown = round.slice(0, roundsShown);
  const rows = shown.map((arrow) => ({ text: arrowText(arrow), place: arrow.place }));
  return [
    ...rows,
    ...andMore(round.length, shown.length, "that lead round").map((text) => ({ text })),
  ];
}

function arrowText({ from, to, imports, cyclic }: PackageArrow): string {
  const round = cyclic ? ", and there is a way back" : "";
  return `${from || "."} → ${to || "."}: ${counted(imports, "import")}${round}; the first is`;
}
