import { expect, test } from "vitest";
import { circlesOf, layersOf } from "./layers.ts";

test("each layer stands on those that it leads to, and a circle is one layer", () => {
  expect(layersOf([[1, 3], [2], [1, 3], [], []])).toEqual([2, 1, 1, 0, 0]);
});

test("what leads round is one circle, and all else is apart", () => {
  expect(circlesOf([[1], [2], [0, 3], []])).toEqual([0, 0, 0, 3]);
});
