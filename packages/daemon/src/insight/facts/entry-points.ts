import type { EntryPoint } from "@heddle/protocol";
import type { DeclaredEntry, Manifest } from "../index-types.ts";
import { isSetting } from "./settings-files.ts";
import type { Source, Subject } from "./subject.ts";
import { baseOf, folderOf, joined } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";

/** How many files are read to find the line of their main function. */
const readsAtMost = 300;
const aside = /(?:^|\/)(?:examples?|samples?|fixtures?|testdata|docs|bench(?:marks?)?|contrib)\//;

/** Where running begins: declared commands and libraries first, then programs, then scripts. */
export function entryPointsOf(subject: Subject): Top<EntryPoint> {
  const declared = [
    ...subject.index.manifests.flatMap((manifest) => declaredIn(subject, manifest)),
    ...pythonPackages(subject),
    ...goPackages(subject),
  ];
  const known = new Set(declared.map(({ path }) => path));
  const run = subject.sources
    .filter(
      ({ symbols, path, test }) =>
        symbols.isEntryPoint && !test && !known.has(path) && !isSetting(path),
    )
    .slice(0, readsAtMost)
    .flatMap((source) => runBy(subject, source));
  return top([...dedupe(declared), ...run].sort(byWeight));
}

const order = ["command", "library", "program", "script"];

function byWeight(a: EntryPoint, b: EntryPoint): number {
  return (
    order.indexOf(a.kind) - order.indexOf(b.kind) ||
    Number(aside.test(a.path)) - Number(aside.test(b.path)) ||
    byText(a.path, b.path)
  );
}

function declaredIn(subject: Subject, manifest: Manifest): EntryPoint[] {
  return manifest.entries.flatMap((entry) => {
    const path = entryFile(subject, manifest, entry);
    if (path === undefined) return [];
    const kind = entry.kind === "bin" ? "command" : "library";
    // Data that a package exports, such as its own manifest, is no place to start.
    if (kind === "library" && !isSource(subject, path)) return [];
    const name = kind === "command" ? entry.name : libraryName(manifest, entry);
    return [{ kind, name, path, place: { path: manifest.path, line: entry.line } } as const];
  });
}

function isSource({ index, sourceOf }: Subject, path: string): boolean {
  return sourceOf(index.numberOf(path) ?? -1) !== undefined;
}

/** Packages of Python that no other one holds: what is imported by the name of their folder. */
function pythonPackages({ index, sources }: Subject): EntryPoint[] {
  return sources.flatMap(({ path, test }): EntryPoint[] => {
    const folder = folderOf(path);
    const outer = folderOf(folder);
    const isPackage = baseOf(path) === "__init__.py" && folder !== "" && !test && !aside.test(path);
    if (
      !isPackage ||
      index.numberOf(`${outer === "" ? "" : `${outer}/`}__init__.py`) !== undefined
    ) {
      return [];
    }
    return [{ kind: "library", name: baseOf(folder), path, place: { path, line: 1 } }];
  });
}

/** The package in the folder of a go.mod, unless that is a program. */
function goPackages({ index, sources }: Subject): EntryPoint[] {
  return index.manifests.flatMap(({ ecosystem, name, dir, path: manifest }): EntryPoint[] => {
    if (ecosystem !== "go" || name === undefined) return [];
    const own = sources.filter(
      ({ path, language, test }) => language === "go" && !test && folderOf(path) === dir,
    );
    const named = own.find(({ path, symbols }) => baseOf(path) === `${symbols.packageName}.go`);
    const file = named ?? own[0];
    if (file === undefined || own.some(({ symbols }) => symbols.packageName === "main")) return [];
    return [{ kind: "library", name, path: file.path, place: { path: manifest, line: 1 } }];
  });
}

function libraryName({ name, dir, path }: Manifest, entry: DeclaredEntry): string {
  const base = name ?? (dir || path);
  return entry.kind === "exports" && entry.name.startsWith("./")
    ? `${base}/${entry.name.slice(2)}`
    : base;
}

/** One line for each command, and for each subpath of a library. */
function dedupe(entries: readonly EntryPoint[]): EntryPoint[] {
  const seen = new Set<string>();
  return entries.filter(({ kind, name, place }) => {
    const key = `${kind} ${name} ${place.path}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** The file of the tree that a manifest names; where that is built first, the source of its name. */
export function entryFile(
  subject: Subject,
  manifest: Manifest,
  { target }: DeclaredEntry,
): string | undefined {
  const exact = joined(manifest.dir, target.replace(/:.*$/, ""));
  if (exact === undefined || exact === "") return undefined;
  const has = (path: string): boolean => subject.index.numberOf(path) !== undefined;
  return [exact, ...modulePaths(manifest, target), ...sourcesOf(manifest.dir, exact)].find(has);
}

/** `package.module:function` of Python. */
function modulePaths({ dir, ecosystem }: Manifest, target: string): string[] {
  if (ecosystem !== "python") return [];
  const module = target.replace(/[:\s[].*$/, "").replaceAll(".", "/");
  const roots = ["", "src/", "lib/"].map((root) => (dir === "" ? root : `${dir}/${root}`));
  const ends = [".py", "/__init__.py", "/__main__.py"];
  return roots.flatMap((root) => ends.map((end) => `${root}${module}${end}`));
}

const scriptEndings = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs"];

/** `src/a.ts` for `dist/a.js`. */
function sourcesOf(dir: string, built: string): string[] {
  const inside = dir === "" ? built : built.slice(dir.length + 1);
  const match = /^[^/]+\/(.+?)(?:\.d)?\.[cm]?[jt]sx?$/.exec(inside);
  if (match?.[1] === undefined) return [];
  const stems = [`src/${match[1]}`, match[1], `src/${baseOf(match[1])}`];
  const folder = dir === "" ? "" : `${dir}/`;
  return stems.flatMap((stem) => scriptEndings.map((ending) => `${folder}${stem}${ending}`));
}

const pythonMain = /^if\s+__name__\s*==\s*["']__main__["']/;

/** A file whose purpose is to be run, with the line that says so. */
function runBy({ index }: Subject, { path, symbols }: Source): EntryPoint[] {
  const main = symbols.definitions.find(({ name, kind }) => /^[mM]ain$/.test(name) && isCode(kind));
  const lines = (index.readText(path) ?? "").split("\n");
  const block = lines.findIndex((line) => pythonMain.test(line)) + 1;
  const line = block || main?.line;
  const name = nameOf(path);
  if (lines[0]?.startsWith("#!") && !block) {
    return [{ kind: "script", name, path, place: { path, line: 1 } }];
  }
  return line === undefined ? [] : [{ kind: "program", name, path, place: { path, line } }];
}

function isCode(kind: string): boolean {
  return kind === "function" || kind === "method";
}

/** What people call it: a `main` or `index` goes by its folder. */
function nameOf(path: string): string {
  const stem = baseOf(path).replace(/\.[^.]+$/, "");
  const folder = baseOf(folderOf(path));
  const plain = /^(?:main|index|__main__|Program)$/.test(stem);
  return plain && !/^(?:|src|lib|app|source)$/.test(folder) ? folder : stem;
}
