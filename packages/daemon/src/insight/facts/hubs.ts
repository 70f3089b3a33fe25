import type { HubFact } from "@heddle/protocol";
import type { ResolvedImport } from "../index-types.ts";
import type { Subject } from "./subject.ts";
import { folderOf, pathOf, placeOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";

const importersAtLeast = 3;

interface Tally {
  readonly importers: Set<number>;
  readonly first: { readonly file: number; readonly line: number };
}

/** What most files import. A package of Go, of which an import takes all files, counts as a folder. */
export function hubsOf(subject: Subject): Top<HubFact> {
  const tallies = new Map<string, Tally>();
  for (const { file } of subject.sources) {
    for (const site of subject.index.imports[file] ?? []) {
      for (const name of namesOf(subject, site)) add(tallies, name, { file, line: site.line });
    }
  }
  const rows = [...tallies]
    .map(([path, { importers, first }]) => ({
      path,
      importedBy: importers.size,
      imports: importsOf(subject, path),
      example: placeOf(subject, first.file, first.line),
    }))
    .filter(({ importedBy }) => importedBy >= importersAtLeast)
    .sort((a, b) => b.importedBy - a.importedBy || byText(a.path, b.path));
  return top(rows, 30);
}

function add(tallies: Map<string, Tally>, name: string, first: Tally["first"]): void {
  const tally = tallies.get(name) ?? { importers: new Set(), first };
  tally.importers.add(first.file);
  tallies.set(name, tally);
}

function namesOf(subject: Subject, { target, kind }: ResolvedImport): string[] {
  if (target.type !== "files" || kind === "module") return [];
  const paths = target.files.map((file) => pathOf(subject, file));
  const folders = new Set(paths.map(folderOf));
  return paths.length > 1 && folders.size === 1 ? [`${[...folders][0] || "."}/`] : paths;
}

/** How many files of the project it imports itself; for a folder, all of its files together. */
function importsOf(subject: Subject, path: string): number {
  if (!path.endsWith("/")) return subject.imports[subject.index.numberOf(path) ?? -1]?.length ?? 0;
  const own = subject.sources.filter(
    (source) => `${folderOf(source.path) || "."}/` === path && !source.test,
  );
  return new Set(own.flatMap(({ file }) => subject.imports[file]?.map(({ to }) => to) ?? [])).size;
}
