import { expect, test } from "vitest";
import { components, layers, shortestWay } from "./components.ts";

test("nodes that reach one another are one component, after all that it leads to", () => {
  expect(components([[1], [2], [0, 3], []])).toEqual([[3], [0, 1, 2]]);
});

test("a chain longer than the stack is walked", () => {
  const length = 50_000;
  const chain = Array.from({ length }, (_, at) => (at + 1 < length ? [at + 1] : []));
  expect(components(chain)).toHaveLength(length);
});

test("each layer stands on those that it leads to, and a circle is one layer", () => {
  expect(layers([[1, 3], [2], [1, 3], [], []])).toEqual([2, 1, 1, 0, 0]);
});

test("the shortest way round or across is found", () => {
  const graph = [[1, 2], [2], [3], [0], []];
  expect(shortestWay(graph, 0, 0)).toEqual([0, 2, 3, 0]);
  expect(shortestWay(graph, 1, 0)).toEqual([1, 2, 3, 0]);
  expect(shortestWay(graph, 0, 4)).toBeUndefined();
});
