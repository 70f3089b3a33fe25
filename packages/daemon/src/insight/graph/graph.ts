import type { Edge, ResolvedImport } from "../index-types.ts";
import type { FileNames, Names } from "../names.ts";

/** A file as the graph sees it. */
export interface GraphFile {
  /** Files of one family can name each other's definitions; absent for what is no source. */
  readonly family?: string;
  /** Whether it names what it does not import: of other files of its package, or globals. */
  readonly usesUnimported: boolean;
  readonly names: FileNames;
  readonly imports: readonly ResolvedImport[];
  /** The files whose names it hands on as its own. */
  readonly reexports: readonly number[];
}

/** A name that more files define says too little about which of them is meant. */
const maxDefiners = 32;
/** An import of so many files at once is an edge to none of them without a name that tells. */
const maxUnnamed = 16;
const importedFactor = 4;
/** What came through a file that hands it on is used as surely, but from further away. */
const handedOnFactor = 2;
const handedOnSteps = 4;
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
    this.#in = undefined;
    const changed = difference(before.names.visible, file.names.visible);
    if (changed.size > 0) {
      this.#undefine(number, before);
      this.#define(number, file);
    }
    for (const other of this.#touchedBy(number, before, changed)) {
      this.#out[other] = this.#edgesOf(other);
    }
  }

  /** The files whose edges are other ones because of a file's change. */
  #touchedBy(number: number, before: GraphFile, names: ReadonlySet<number>): Iterable<number> {
    const after = this.#files[number];
    const same = before.family === after?.family && `${before.reexports}` === `${after?.reexports}`;
    if (!same) return this.#files.keys();
    return names.size > 0 ? new Set([number, ...this.#usersOf(names)]) : [number];
  }

  #define(number: number, { names }: GraphFile): void {
    for (const name of names.visible) {
      const known = this.#definers.get(name);
      if (known) insert(known, number);
      else this.#definers.set(name, [number]);
    }
  }

  #undefine(number: number, { names }: GraphFile): void {
    for (const name of names.visible) {
      const left = this.#definers.get(name)?.filter((file) => file !== number) ?? [];
      if (left.length > 0) this.#definers.set(name, left);
      else this.#definers.delete(name);
    }
  }

  #usersOf(names: ReadonlySet<number>): number[] {
    const wanted = new Uint8Array(this.#names.count);
    for (const name of names) wanted[name] = 1;
    return [...this.#files.keys()].filter((file) => this.#files[file]?.names.usesAny(wanted));
  }

  #edgesOf(number: number): Edge[] {
    const file = this.#files[number];
    if (!file?.family) return [];
    const imported = importedFiles(file.imports, number);
    const weights = this.#nameWeights(number, file, this.#within(imported));
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

  /** The factor for each file that imports lead to, directly or by files that hand it on. */
  #within(imported: ReadonlyMap<number, Site>): Map<number, number> {
    const factors = new Map<number, number>();
    let step: number[] = [];
    for (const file of imported.keys()) {
      factors.set(file, importedFactor);
      step.push(...(this.#files[file]?.reexports ?? []));
    }
    for (let steps = 0; step.length > 0 && steps < handedOnSteps; steps += 1) {
      const next: number[] = [];
      for (const file of step) {
        if (factors.has(file)) continue;
        factors.set(file, handedOnFactor);
        next.push(...(this.#files[file]?.reexports ?? []));
      }
      step = next;
    }
    return factors;
  }

  #nameWeights(
    number: number,
    file: GraphFile,
    factors: ReadonlyMap<number, number>,
  ): Map<number, number> {
    const weights = new Map<number, number>();
    const { names } = file;
    const own = new Set(names.own);
    for (const entry of names.references) {
      const name = entry >>> 8;
      const definers = this.#definers.get(name);
      if (!definers) continue;
      const sure = definers.filter((one) => factors.has(one));
      const isLikely = sure.length === 0 && file.usesUnimported && definers.length <= maxDefiners;
      if (sure.length === 0 && !isLikely) continue;
      // What a file defines itself is its own, also where others define the same.
      if (own.has(name) || definers.includes(number)) continue;
      const weight = Math.sqrt(entry & 255) * this.#tellingness(name);
      for (const one of sure) add(weights, one, (weight * (factors.get(one) ?? 0)) / sure.length);
      if (!isLikely) continue;
      const likely = definers.filter((one) => this.#mayName(file, one, name));
      for (const one of likely) add(weights, one, weight / likely.length / definers.length);
    }
    return weights;
  }

  /** Members are found by what they are members of, so their names alone tell nothing. */
  #mayName({ family }: GraphFile, definer: number, name: number): boolean {
    const other = this.#files[definer];
    return other?.family === family && other?.names.exported.includes(name) === true;
  }

  /** A long name says more than a short one. */
  #tellingness(name: number): number {
    const length = this.#names.nameOf(name).length;
    return Math.min(2, Math.max(0.25, length / commonLength));
  }
}

function add(weights: Map<number, number>, file: number, weight: number): void {
  weights.set(file, (weights.get(file) ?? 0) + weight);
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
