import type { FileSymbols, ImportSite, Language } from "./lex/types.ts";

/** What the lexer found in a file, without the references: those are kept in the graph's edges. */
export type Symbols = Omit<FileSymbols, "references">;

/** Why a file of the tree was not read. */
export type SkipReason =
  | "binary"
  | "minified"
  | "tooLarge"
  | "symlink"
  | "special"
  | "submodule"
  | "nestedRepository"
  | "unreadable"
  | "vanished"
  | "caseCollision"
  | "overLimit";

/** A file of the tree. Its place in `TreeIndex.files` is its number. */
export interface IndexedFile {
  /** Relative to the root of the tree, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Absent where it is not a language that the index reads. */
  readonly language?: Language;
  /** Absent where it is no source, or was skipped. */
  readonly symbols?: Symbols;
  readonly skipped?: SkipReason;
}

/** Where an import leads. */
export type ImportTarget =
  /** Files of the tree, by number; several where a package of Go or Java is imported. */
  | { readonly type: "files"; readonly files: readonly number[] }
  /** A dependency from outside of the tree: `react`, `@scope/name`, `requests`, `serde`. */
  | { readonly type: "package"; readonly name: string }
  /** Part of the language or its standard library: `node:fs`, `os`, `fmt`, `std`. */
  | { readonly type: "builtin"; readonly name: string }
  | { readonly type: "unresolved" };

export interface ResolvedImport extends ImportSite {
  readonly target: ImportTarget;
}

/** One file uses another. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** How much: by references, their length and rarity, four times where it is really imported. */
  readonly weight: number;
  /** Whether an import leads there; otherwise only names tell of it. */
  readonly imported: boolean;
  /** Whether all imports that lead there are erased before it runs. */
  readonly typeOnly: boolean;
  /** The line of the first import that leads there; 0 where only names tell of it. */
  readonly line: number;
}

export type Ecosystem =
  | "npm"
  | "python"
  | "go"
  | "cargo"
  | "maven"
  | "gradle"
  | "composer"
  | "bundler";

export interface Dependency {
  readonly name: string;
  /** The wanted versions as they are written; "" where none are. */
  readonly range: string;
  /** The version in the lock file. */
  readonly locked?: string;
  readonly kind: "runtime" | "dev" | "peer" | "optional" | "build";
  readonly path: string;
  readonly line: number;
}

/** A command that a manifest names: npm's scripts, composer's, Cargo's and Python's tools. */
export interface Script {
  readonly name: string;
  readonly command: string;
  readonly line: number;
}

/** A file that a manifest says is run or imported first. */
export interface DeclaredEntry {
  readonly kind: "main" | "bin" | "exports" | "module";
  /** The name of the command, or the subpath that is exported. */
  readonly name: string;
  /** As it is written, relative to the manifest's folder. */
  readonly target: string;
  readonly line: number;
}

/** A file that declares a package: package.json, pyproject.toml, go.mod, Cargo.toml, pom.xml… */
export interface Manifest {
  readonly path: string;
  readonly ecosystem: Ecosystem;
  /** The folder of it; "" for the root. */
  readonly dir: string;
  readonly name?: string;
  readonly version?: string;
  readonly dependencies: readonly Dependency[];
  readonly scripts: readonly Script[];
  readonly entries: readonly DeclaredEntry[];
  /** Patterns of the folders of its workspace's members. */
  readonly members: readonly string[];
  /** What is wrong with it, where it cannot be read. */
  readonly problem?: string;
}

/** Counts of what was not read, and examples. */
export type Skipped = Readonly<
  Partial<Record<SkipReason, { readonly count: number; readonly examples: readonly string[] }>>
>;

/** Set where the index does not hold all of the tree, with what it holds. */
export interface Incomplete {
  readonly reason: string;
  readonly listed: number;
  readonly indexed: number;
}

export interface TextReader extends Disposable {
  text(path: string, maxBytes?: number): string | undefined;
}

/** Everything that is known of a tree. Files are ordered by path. */
export interface TreeIndex {
  readonly root: string;
  readonly files: readonly IndexedFile[];
  /** By the number of the file that imports; the order is the file's own. */
  readonly imports: readonly (readonly ResolvedImport[])[];
  readonly manifests: readonly Manifest[];
  readonly skipped: Skipped;
  readonly partial?: Incomplete;
  numberOf(path: string): number | undefined;
  /** The files that a file uses, and those that use it, the strongest first. */
  edgesFrom(file: number): readonly Edge[];
  edgesTo(file: number): readonly Edge[];
  /** The rank of each file; focused files and what they use rank higher. */
  rank(focus?: readonly number[]): Float64Array;
  /** The text of a file of the tree as it is now; absent where it is gone, binary or too large. */
  readText(path: string, maxBytes?: number): string | undefined;
  /** For many files: what is opened for one serves the next. */
  openReader(): TextReader;
}
