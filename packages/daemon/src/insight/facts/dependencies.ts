import type { DependencyFact } from "@heddle/protocol";
import type { Dependency, Ecosystem } from "../index-types.ts";
import type { Language } from "../lex/types.ts";
import { distributionOf, normalName } from "./python-names.ts";
import { declaredBy, pythonSetUps, type SetUpLine } from "./python-set-up.ts";
import type { Subject } from "./subject.ts";
import { placeOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";
import { isAside } from "./units.ts";

interface Use {
  readonly name: string;
  readonly files: Set<number>;
  readonly first: { readonly file: number; readonly line: number };
}

const ecosystems: Partial<Record<Language, Ecosystem>> = {
  typescript: "npm",
  javascript: "npm",
  python: "python",
  go: "go",
  rust: "cargo",
  ruby: "bundler",
};

/** Where imports are named by something else than the packages, nobody can tell who uses what. */
const importsTell = new Set<Ecosystem>(["npm", "python", "go", "cargo"]);

/** What comes from outside: declared by manifests, imported by sources, or both. */
export function dependenciesOf(subject: Subject): Top<DependencyFact> {
  const uses = usesOf(subject);
  const own = new Set(subject.index.manifests.map(({ name }) => name));
  const declared = declaredOf(subject).filter(({ row }) => !own.has(row.name));
  const taken = new Set<Use>();
  const rows = declared.map(({ ecosystem, row }): DependencyFact => {
    const used = [...(uses.get(ecosystem)?.values() ?? [])].filter(({ name }) =>
      provides(ecosystem, row.name, name),
    );
    for (const use of used) taken.add(use);
    return { ...declaredFact(ecosystem, row), ...usedBy(subject, ecosystem, used) };
  });
  const setUp = pythonSetUps(subject);
  const undeclared = [...uses]
    .filter(([ecosystem]) => importsTell.has(ecosystem))
    .flatMap(([ecosystem, byName]) =>
      [...byName.values()]
        .filter((use) => !taken.has(use) && !own.has(use.name) && !isOwnPart(ecosystem, use.name))
        .map((use) => undeclaredFact(subject, ecosystem, use, setUp)),
    );
  const order = (a: DependencyFact, b: DependencyFact) =>
    (b.importedBy ?? 0) - (a.importedBy ?? 0) || byText(a.name, b.name);
  return top([...rows, ...undeclared].sort(order), 150);
}

function usesOf({ index, sources }: Subject): Map<Ecosystem, Map<string, Use>> {
  const uses = new Map<Ecosystem, Map<string, Use>>();
  for (const { file, language } of sources) {
    const ecosystem = ecosystems[language];
    if (ecosystem === undefined) continue;
    const byName = uses.get(ecosystem) ?? new Map<string, Use>();
    uses.set(ecosystem, byName);
    const sites = index.imports[file] ?? [];
    const modules = new Set(
      sites.filter(({ kind }) => kind === "module").map(({ specifier }) => specifier),
    );
    for (const { target, line } of sites) {
      // What a file declares as a module of its own is no package.
      if (target.type !== "package" || modules.has(target.name)) continue;
      const { name } = target;
      const use = byName.get(name) ?? { name, files: new Set(), first: { file, line } };
      use.files.add(file);
      byName.set(name, use);
    }
  }
  return uses;
}

/** One row for each name; runtime before development where several manifests declare it. */
function declaredOf({ index }: Subject): { ecosystem: Ecosystem; row: Dependency }[] {
  const first = new Map<string, { ecosystem: Ecosystem; row: Dependency }>();
  for (const { ecosystem, dependencies, path } of index.manifests) {
    // What documents and examples need, the project does not.
    if (isAside(path)) continue;
    for (const row of dependencies) {
      const key = `${ecosystem} ${row.name}`;
      const known = first.get(key);
      const better = known?.row.kind !== "runtime" && row.kind === "runtime";
      if (known === undefined || better) first.set(key, { ecosystem, row });
    }
  }
  return [...first.values()];
}

/** Whether an import of `imported` is one of the declared `name`. */
function provides(ecosystem: Ecosystem, name: string, imported: string): boolean {
  switch (ecosystem) {
    case "go":
      return imported === name || imported.startsWith(`${name}/`);
    case "cargo":
      return name.replaceAll("-", "_") === imported.replaceAll("-", "_");
    case "python":
      return distributionOf(imported).includes(normalName(name));
    case "npm":
      return name === imported || name === typesOf(imported);
    default:
      return name === imported;
  }
}

function typesOf(imported: string): string {
  return `@types/${imported.replace(/^@/, "").replace("/", "__")}`;
}

function declaredFact(
  ecosystem: Ecosystem,
  { name, range, locked, kind, path, line }: Dependency,
): Omit<DependencyFact, "importedBy" | "firstImport"> {
  const place = { path, line };
  return { name, ecosystem, wanted: range || null, locked: locked ?? null, use: kind, place };
}

function usedBy(
  subject: Subject,
  ecosystem: Ecosystem,
  uses: readonly Use[],
): Pick<DependencyFact, "importedBy" | "firstImport"> {
  if (!importsTell.has(ecosystem)) return { importedBy: null, firstImport: null };
  const files = new Set(uses.flatMap((use) => [...use.files]));
  const first = uses.map((use) => use.first).sort((a, b) => a.file - b.file)[0];
  return {
    importedBy: files.size,
    firstImport: first ? placeOf(subject, first.file, first.line) : null,
  };
}

/** Python's own modules in C begin with an underscore. */
function isOwnPart(ecosystem: Ecosystem, name: string): boolean {
  return ecosystem === "python" && name.startsWith("_");
}

function undeclaredFact(
  subject: Subject,
  ecosystem: Ecosystem,
  use: Use,
  setUp: readonly SetUpLine[],
): DependencyFact {
  const firstImport = placeOf(subject, use.first.file, use.first.line);
  const named = ecosystem === "python" ? declaredBy(setUp, use.name) : undefined;
  return {
    name: use.name,
    ecosystem,
    wanted: null,
    locked: null,
    use: named?.use ?? "undeclared",
    place: named?.place ?? firstImport,
    importedBy: use.files.size,
    firstImport,
  };
}
