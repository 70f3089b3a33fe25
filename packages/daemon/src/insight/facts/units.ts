import type { Manifest } from "../index-types.ts";
import type { Source, Subject } from "./subject.ts";
import { baseOf, folderOf } from "./subject.ts";
import { byText } from "./top.ts";

/** A part of the project: a package with a manifest of its own, or a folder. */
export interface Unit {
  readonly name: string;
  /** "" for the root. */
  readonly folder: string;
  readonly manifest: Manifest | undefined;
  readonly sources: readonly Source[];
}

export interface Split {
  readonly by: "manifests" | "folders";
  readonly units: readonly Unit[];
}

/** Folders that hold code, but are no part of what the project is. */
const aside =
  /^(?:examples?|bench(?:marks?)?|samples?|fixtures?|testdata|docs|node_modules|vendor|third_party)$/;

/** The parts of the project. Tests are left out: they may import everything, and nothing imports them. */
export function splitOf(subject: Subject): Split {
  const sources = subject.sources.filter(({ test, path }) => !test && !isAside(path));
  const byManifests = splitByManifests(subject, sources);
  if (byManifests.length > 1) return { by: "manifests", units: byManifests };
  return { by: "folders", units: foldersOf(sources, "") };
}

export function isAside(path: string): boolean {
  return folderOf(path)
    .split("/")
    .some((part) => aside.test(part));
}

/** Each source belongs to the manifest that is nearest above it. */
function splitByManifests({ index }: Subject, sources: readonly Source[]): Unit[] {
  const manifests = new Map(
    index.manifests
      .filter(({ path, name }) => name !== undefined && !isAside(path))
      .toSorted((a, b) => byText(b.path, a.path))
      .map((manifest) => [manifest.dir, manifest]),
  );
  const groups = Map.groupBy(sources, ({ path }) => ownerOf(path, manifests));
  return [...groups]
    .map(([folder, own]) => {
      const manifest = manifests.get(folder);
      return { name: manifest?.name ?? (folder || "."), folder, manifest, sources: own };
    })
    .sort((a, b) => byText(a.folder, b.folder));
}

function ownerOf(path: string, manifests: ReadonlyMap<string, Manifest>): string {
  for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) {
    if (manifests.has(folder)) return folder;
  }
  return "";
}

const mostOf = 0.8;

/**
 * The folders below `root`. Where nearly all is in one of them, as in `src` or `src/main/java/org`,
 * it is that one's folders that part the project; what lies beside stays a part of its own.
 */
export function foldersOf(sources: readonly Source[], root: string): Unit[] {
  const groups = Map.groupBy(sources, ({ path }) => childOf(path, root));
  const units = [...groups]
    .map(([folder, own]) => {
      const name = folder === root ? `${baseOf(folder) || "."}/*` : baseOf(folder);
      return { name, folder, manifest: undefined, sources: own };
    })
    .sort((a, b) => byText(a.folder, b.folder));
  const main = units.find((unit) => unit.sources.length >= sources.length * mostOf);
  if (main === undefined || main.folder === root) return units;
  return [...units.filter((unit) => unit !== main), ...foldersOf(main.sources, main.folder)].sort(
    (a, b) => byText(a.folder, b.folder),
  );
}

/** The folder right below `root` that a path lies in; `root` itself for its own files. */
function childOf(path: string, root: string): string {
  const folder = folderOf(path);
  if (folder === root) return root;
  const rest = root === "" ? folder : folder.slice(root.length + 1);
  const first = rest.split("/")[0] ?? "";
  return root === "" ? first : `${root}/${first}`;
}
