import { expect, test } from "vitest";
import { definitionsOf } from "./definitions.ts";
import { flawOf, misfit } from "./schemas.ts";

const tool = (name: string, inputSchema: Record<string, unknown> = {}) => ({ name, inputSchema });

test("schemas that are none count against the limits, so that few are looked at", () => {
  let looks = 0;
  const listed = Array.from({ length: 1000 }, (_, at) => tool(`t${at}`));
  const { tools, refused } = definitionsOf("s", listed, () => {
    looks += 1;
    return "broken";
  });
  expect({ tools, looks, refused: refused.length }).toEqual({
    tools: [],
    looks: 128,
    refused: 128,
  });
});

test("a few references that stand for very many schemas are refused", () => {
  const doubling = (levels: number) => ({
    $ref: "#/$defs/d0",
    $defs: Object.fromEntries(
      Array.from({ length: levels + 1 }, (_, at) => {
        const next = { $ref: `#/$defs/d${at + 1}` };
        return [`d${at}`, at === levels ? { type: "string" } : { allOf: [next, next] }];
      }),
    ),
  });
  expect(flawOf(doubling(40))).toBe("its references stand for too much");
  expect(flawOf(doubling(4))).toBeUndefined();
  const circle = {
    $defs: { a: { properties: { next: { $ref: "#/$defs/a" } } } },
    $ref: "#/$defs/a",
  };
  expect(flawOf(circle)).toBeUndefined();
});

test("of a value with many faults the first is told", () => {
  const schema = { type: "array", items: { type: "string" } };
  expect(misfit(schema, [1, 2, 3])).toMatch(/^data\/0 must be string$/);
  expect(misfit(schema, ["a"])).toBeUndefined();
});
