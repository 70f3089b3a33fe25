import { FileGraph, type FileGraph as Graph, type GraphFile } from "./graph/graph.ts";
import { pageRank } from "./graph/rank.ts";
import type {
  Edge,
  Incomplete,
  IndexedFile,
  Manifest,
  ResolvedImport,
  Skipped,
  Symbols,
  TextReader,
  TreeIndex,
} from "./index-types.ts";
import { FileNames, type Names } from "./names.ts";
import { createResolver, families } from "./resolve/index.ts";
import { TreePaths } from "./resolve/tree-paths.ts";

/** A file of a tree with the names in it. */
export interface IndexEntry {
  readonly file: IndexedFile;
  readonly names: FileNames;
}

export interface IndexInput {
  readonly root: string;
  /** In the order of their paths. */
  readonly entries: readonly IndexEntry[];
  readonly names: Names;
  readonly manifests: readonly Manifest[];
  readonly skipped: Skipped;
  readonly partial: Incomplete | undefined;
  readonly openReader: () => TextReader;
}

/** In these families others find a file by what it declares. */
const foundByDeclarations = new Set(["jvm", "csharp", "php"]);

/** All that is known of a tree, in memory. */
export class BuiltIndex implements TreeIndex {
  readonly root: string;
  readonly files: IndexedFile[];
  readonly imports: ResolvedImport[][];
  readonly manifests: readonly Manifest[];
  readonly skipped: Skipped;
  readonly partial?: Incomplete;
  readonly names: Names;
  readonly graph: Graph;
  /** Grows with every change of the tree that this index takes in. */
  revision = 0;
  readonly openReader: () => TextReader;
  readonly #paths: TreePaths;
  readonly #resolve: ReturnType<typeof createResolver>;

  constructor(input: IndexInput) {
    this.root = input.root;
    this.files = input.entries.map(({ file }) => file);
    this.manifests = input.manifests;
    this.skipped = input.skipped;
    if (input.partial) this.partial = input.partial;
    this.names = input.names;
    this.openReader = input.openReader;
    this.#paths = new TreePaths(this.files.map(({ path }) => path));
    this.#resolve = createResolver({
      paths: this.#paths,
      manifests: this.manifests,
      symbolsOf: (file) => this.files[file]?.symbols,
      readText: (path: string, maxBytes?: number) => this.readText(path, maxBytes),
    });
    this.imports = this.files.map((file, number) => this.#importsOf(number, file));
    const files = input.entries.map(({ file, names }, at) =>
      graphFile(file, names, this.imports[at]),
    );
    this.graph = new FileGraph(files, this.names);
  }

  readText(path: string, maxBytes?: number): string | undefined {
    using reader = this.openReader();
    return reader.text(path, maxBytes);
  }

  numberOf(path: string): number | undefined {
    return this.#paths.numberOf(path);
  }

  edgesFrom(file: number): readonly Edge[] {
    return this.graph.edgesFrom(file);
  }

  edgesTo(file: number): readonly Edge[] {
    return this.graph.edgesTo(file);
  }

  rank(focus: readonly number[] = []): Float64Array {
    return pageRank(this.graph, focus);
  }

  /** Takes a file's new content. False if so much depends on it that all must be made anew. */
  update({ file, names }: IndexEntry): boolean {
    const number = this.#paths.numberOf(file.path);
    const before = number === undefined ? undefined : this.files[number];
    if (number === undefined || !before || declaresOther(before.symbols, file.symbols))
      return false;
    this.files[number] = file;
    const imports = this.#importsOf(number, file);
    this.imports[number] = imports;
    this.graph.update(number, graphFile(file, names, imports));
    return true;
  }

  #importsOf(number: number, { path, symbols }: IndexedFile): ResolvedImport[] {
    return symbols ? this.#resolve({ number, path, symbols }) : [];
  }
}

/** In these families a file names only what it imports, unless it is no module at all. */
const importsAll = new Set(["script", "python"]);

function graphFile(
  { path, symbols }: IndexedFile,
  names: FileNames,
  imports: readonly ResolvedImport[] = [],
): GraphFile {
  if (!symbols) {
    return { usesUnimported: false, names: FileNames.none, imports: [], reexports: [] };
  }
  const family = families[symbols.language];
  const usesUnimported = !importsAll.has(family) || imports.length === 0;
  return { family, usesUnimported, names, imports, reexports: reexportsOf(path, imports) };
}

/** An `__init__.py` is there to hand on what it imports. */
function reexportsOf(path: string, imports: readonly ResolvedImport[]): number[] {
  const all = path.endsWith("__init__.py");
  return imports.flatMap(({ kind, target }) =>
    target.type === "files" && (all || kind === "reexport") ? target.files : [],
  );
}

function declaresOther(before: Symbols | undefined, after: Symbols | undefined): boolean {
  const family = families[(after ?? before)?.language ?? "go"];
  if (!foundByDeclarations.has(family)) return false;
  return declarationsOf(before) !== declarationsOf(after);
}

function declarationsOf(symbols: Symbols | undefined): string {
  const outer = symbols?.definitions.filter(({ container }) => container === undefined) ?? [];
  return [symbols?.packageName ?? "", ...outer.map(({ name }) => name)].join("\n");
}
