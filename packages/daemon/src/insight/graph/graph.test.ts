import fc from "fast-check";
import { expect, test } from "vitest";
import { FileNames, Names } from "../names.ts";
import { FileGraph, type GraphFile } from "./graph.ts";
import { pageRank } from "./rank.ts";
import { cycles, reachable, shortestPath } from "./reach.ts";

const names = new Names();
const numbers = (list: readonly string[]) => list.map((name) => names.add(name));

interface Written {
  readonly uses?: readonly string[];
  readonly defines?: readonly string[];
  readonly imports?: readonly number[];
  readonly reexports?: readonly number[];
  readonly usesUnimported?: boolean;
}

function file({
  uses = [],
  defines = [],
  imports = [],
  reexports = [],
  ...rest
}: Written): GraphFile {
  const references = Uint32Array.from(uses, (name) => FileNames.entry(names.add(name), 4));
  return {
    family: "script",
    usesUnimported: rest.usesUnimported ?? false,
    names: FileNames.pack(references, { exported: numbers(defines), members: [], own: [] }),
    imports: [...imports, ...reexports].map((to, at) => ({
      specifier: `./${to}`,
      line: at + 1,
      kind: "static",
      names: [],
      target: { type: "files", files: [to] },
    })),
    reexports,
  };
}

const edgesOf = (graph: FileGraph) =>
  Array.from({ length: graph.size }, (_, number) => graph.edgesFrom(number));

test("a name counts for the file that is imported, and not for another that has the same name", () => {
  const graph = new FileGraph(
    [
      file({ uses: ["openDatabase"], imports: [1] }),
      file({ defines: ["openDatabase"] }),
      file({ defines: ["openDatabase"] }),
    ],
    names,
  );
  expect(graph.edgesFrom(0)).toEqual([
    { from: 0, to: 1, weight: 12, imported: true, typeOnly: false, line: 1 },
  ]);
  expect(graph.edgesTo(1)).toEqual(graph.edgesFrom(0));
});

test("names reach through files that hand them on", () => {
  const graph = new FileGraph(
    [
      file({ uses: ["deepName"], imports: [1] }),
      file({ reexports: [2] }),
      file({ reexports: [3] }),
      file({ defines: ["deepName"] }),
    ],
    names,
  );
  expect(graph.edgesFrom(0).map(({ to, imported }) => [to, imported])).toEqual([
    [3, false],
    [1, true],
  ]);
});

test("after any changes the edges are those of a graph that is made anew", () => {
  const name = fc.constantFrom("alpha", "beta", "gamma", "delta");
  const number = fc.nat(4);
  const written = fc.record({
    uses: fc.uniqueArray(name),
    defines: fc.uniqueArray(name),
    imports: fc.uniqueArray(number),
    reexports: fc.uniqueArray(number, { maxLength: 2 }),
    usesUnimported: fc.boolean(),
  });
  const files = fc.array(written, { minLength: 5, maxLength: 5 });
  const changes = fc.array(fc.tuple(number, written), { maxLength: 6 });
  fc.assert(
    fc.property(files, changes, (before, later) => {
      const current = before.map(file);
      const graph = new FileGraph(current, names);
      for (const [at, change] of later) {
        current[at] = file(change);
        graph.update(at, file(change));
      }
      expect(edgesOf(graph)).toEqual(edgesOf(new FileGraph(current, names)));
    }),
    { numRuns: 200 },
  );
});

test("ranks sum to one; what is used by many ranks first, and what the focus uses before the rest", () => {
  const graph = new FileGraph(
    [file({ imports: [2] }), file({ imports: [2] }), file({}), file({ imports: [4] }), file({})],
    names,
  );
  const rank = pageRank(graph);
  expect(rank.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
  expect(rank.indexOf(Math.max(...rank))).toBe(2);
  const focused = pageRank(graph, [3]);
  expect(focused[4]).toBeGreaterThan(focused[2] ?? 1);
});

const ways: Record<number, readonly number[]> = {
  0: [1, 3],
  1: [2],
  2: [0],
  3: [4],
  4: [],
  5: [5],
};
const next = (from: number) => ways[from] ?? [];

test("shortest ways, what can be reached, and cycles", () => {
  expect(shortestPath(1, 4, next)).toEqual([1, 2, 0, 3, 4]);
  expect(shortestPath(4, 1, next)).toBeUndefined();
  expect(reachable([3], next)).toEqual([3, 4]);
  expect(cycles(6, next)).toEqual([[0, 1, 2]]);
});

test("a chain of imports may be longer than the call stack", () => {
  const size = 100_000;
  expect(cycles(size, (from) => [(from + 1) % size]).map(({ length }) => length)).toEqual([size]);
});
