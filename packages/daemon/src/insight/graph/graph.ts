import type { Edge, ResolvedImport } from "../index-types.ts";
import type { FileNames, Names } from "../names.ts";

/** A file as the graph sees it. */
export interface GraphFile {
  /** Files of one family can name each other's definitions; absent for what is no source. */
  readonly family?: string;
  readonly names: FileNames;
  readonly imports: readonly ResolvedImport[];
}

/** A name that more files define says too little about which of them is meant. */
const maxDefiners = 32;
/** An import of so many files at once is an edge to none of them without a name that tells. */
const maxUnnamed = 16;
const importedFactor = 4;
const commonLength = 8;

/** Which file uses which, and how much. */
export class FileGraph {
  readonly #files: GraphFile[];
  readonly #names: Names;
  readonly #definers = new Map<number, number[]>();
  readonly #out: Edge[][];
  #in: readonly (readonly Edge[])[] | undefined;

  constructor(files: readonly GraphFile[], names: Names) {
    this.#files = [...files];
    this.#names = names;
    for (const [number, file] of files.entries()) this.#define(number, file);
    this.#out = files.map((_, number) => this.#edgesOf(number));
  }

  get size(): number {
    return this.#files.length;
  }

  edgesFrom(file: number): readonly Edge[] {
    return this.#out[file] ?? [];
  }

  edgesTo(file: number): readonly Edge[] {
    this.#in ??= reversed(this.#out);
    return this.#in[file] ?? [];
  }

  /** The files that define a name for others. */
  definersOf(name: number): readonly number[] {
    return this.#definers.get(name) ?? [];
  }

  namesOf(file: number): FileNames | undefined {
    return this.#files[file]?.names;
  }

  /** Takes a file's new content. All edges are afterwards as if the graph were made anew. */
  update(number: number, file: GraphFile): void {
    const before = this.#files[number];
    if (!before) return;
    this.#files[number] = file;
    const changed = difference(before.names.exported, file.names.exported);
    if (changed.size > 0 || before.family !== file.family) {
      this.#undefine(number, before);
      this.#define(number, file);
    }
    this.#out[number] = this.#edgesOf(number);
    for (const other of changed.size > 0 ? this.#usersOf(changed) : []) {
      this.#out[other] = this.#edgesOf(other);
    }
    this.#in = undefined;
  }

  #define(number: number, { names }: GraphFile): void {
    for (const name of names.exported) {
      const known = this.#definers.get(name);
      if (known) insert(known, number);
      else this.#definers.set(name, [number]);
    }
  }

  #undefine(number: number, { names }: GraphFile): void {
    for (const name of names.exported) {
      const left = this.#definers.get(name)?.filter((file) => file !== number) ?? [];
      if (left.length > 0) this.#definers.set(name, left);
      else this.#definers.delete(name);
    }
  }

  #usersOf(names: ReadonlySet<number>): number[] {
    const users: number[] = [];
    for (const [number, file] of this.#files.entries()) {
      if (file.names.references.some((entry) => names.has(entry >>> 8))) users.push(number);
    }
    return users;
  }

  #edgesOf(number: number): Edge[] {
    const file = this.#files[number];
    if (!file?.family) return [];
    const imported = importedFiles(file.imports, number);
    const weights = this.#nameWeights(number, file, imported);
    addUnnamed(file.imports, number, weights);
    const edges: Edge[] = [];
    for (const [to, weight] of weights) {
      const site = imported.get(to);
      edges.push({
        from: number,
        to,
        weight,
        imported: site !== undefined,
        typeOnly: site?.typeOnly ?? false,
        line: site?.line ?? 0,
      });
    }
    return edges.sort((a, b) => b.weight - a.weight || a.to - b.to);
  }

  #nameWeights(
    number: number,
    { names, family }: GraphFile,
    imported: ReadonlyMap<number, Site>,
  ): Map<number, number> {
    const weights = new Map<number, number>();
    const own = names.own;
    for (const entry of names.references) {
      const definers = this.#definers.get(entry >>> 8);
      if (definers === undefined || definers.length > maxDefiners) continue;
      // What a file defines itself is its own, also where others define the same.
      if (definers.includes(number) || own.includes(entry >>> 8)) continue;
      this.#share(entry, definers, { family, imported, weights });
    }
    return weights;
  }

  /** Gives a name's weight to the files that define it: to those that are imported, if any is. */
  #share(
    entry: number,
    definers: readonly number[],
    to: {
      family: string | undefined;
      imported: ReadonlyMap<number, Site>;
      weights: Map<number, number>;
    },
  ): void {
    const { family, imported, weights } = to;
    const sure = definers.some((file) => imported.has(file));
    const weight = Math.sqrt(entry & 255) * this.#tellingness(entry >>> 8);
    for (const file of definers) {
      if (sure ? !imported.has(file) : this.#files[file]?.family !== family) continue;
      const share = sure ? weight * importedFactor : weight / definers.length;
      weights.set(file, (weights.get(file) ?? 0) + share / definers.length);
    }
  }

  /** A long name says more than a short one. */
  #tellingness(name: number): number {
    const length = this.#names.nameOf(name).length;
    return Math.min(2, Math.max(0.25, length / commonLength));
  }
}

interface Site {
  readonly line: number;
  readonly typeOnly: boolean;
}

function importedFiles(imports: readonly ResolvedImport[], self: number): Map<number, Site> {
  const found = new Map<number, Site>();
  for (const { target, line, kind } of imports) {
    if (target.type !== "files") continue;
    for (const file of target.files) {
      if (file === self) continue;
      const known = found.get(file);
      const typeOnly = kind === "type" && (known?.typeOnly ?? true);
      found.set(file, { line: known?.line ?? line, typeOnly });
    }
  }
  return found;
}

/** An import is an edge, also where none of the file's names is used. */
function addUnnamed(
  imports: readonly ResolvedImport[],
  self: number,
  weights: Map<number, number>,
): void {
  for (const { target } of imports) {
    if (target.type !== "files") continue;
    const { files } = target;
    if (files.length > maxUnnamed || files.some((file) => weights.has(file))) continue;
    for (const file of files) if (file !== self) weights.set(file, 1 / files.length);
  }
}

function reversed(out: readonly (readonly Edge[])[]): Edge[][] {
  const found: Edge[][] = out.map(() => []);
  for (const edges of out) for (const edge of edges) found[edge.to]?.push(edge);
  for (const edges of found) edges.sort((a, b) => b.weight - a.weight || a.from - b.from);
  return found;
}

function insert(sorted: number[], value: number): void {
  if ((sorted.at(-1) ?? -1) < value) {
    sorted.push(value);
    return;
  }
  const at = sorted.findIndex((one) => one >= value);
  if (sorted[at] !== value) sorted.splice(at, 0, value);
}

/** The names that one of two lists has and the other has not. */
function difference(before: Uint32Array, after: Uint32Array): Set<number> {
  const found = new Set(before);
  for (const name of after) if (!found.delete(name)) found.add(name);
  return found;
}
