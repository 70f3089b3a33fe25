import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFrame, shapeOf } from "./incoming.ts";

const read = (text: string) => readFrame(Buffer.from(text));

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function elementsOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length || 1 : 1;
}

test("the shape of any JSON text is that of its value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const shape = { depth: depthOf(value), elements: elementsOf(value) };
      expect(shapeOf(Buffer.from(JSON.stringify(value)))).toEqual(shape);
      expect(shapeOf(Buffer.from(JSON.stringify(value, null, 2)))).toEqual(shape);
    }),
  );
});

test("brackets, commas and quotes in a text are no structure", () => {
  const text = JSON.stringify('[{,\\"[[\\\\'.repeat(100));
  expect(shapeOf(Buffer.from(`{"a": ${text}, "b": [${text}]}`))).toEqual({ depth: 2, elements: 2 });
});

test("a text that does not end is read to its end", () => {
  expect(shapeOf(Buffer.from('["\\'))).toEqual({ depth: 1, elements: 1 });
});

describe("a frame", () => {
  test("of 64 levels is read, one more is refused", () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(read(nested(64))).toMatchObject({ torn: false, bytes: 128 });
    expect(read(nested(65))).toMatchObject({ kind: "invalidRequest" });
    expect(read(`${'{"a":'.repeat(100_000)}`)).toMatchObject({ kind: "invalidRequest" });
  });

  test("of a thousand requests is read, none or one more is refused", () => {
    const batch = (count: number) => `[${"1,".repeat(count - 1)}1]`;
    expect(read(batch(1000))).toHaveProperty("value.length", 1000);
    expect(read(batch(1001))).toMatchObject({ kind: "invalidRequest" });
    expect(read("[]")).toMatchObject({ kind: "invalidRequest" });
  });

  test.each(["", "{", "nul", '{"a":1}}', "]]]]", "\ufeff{}"])("of %j is no JSON", (text) => {
    expect(read(text)).toMatchObject({ kind: "parseError" });
  });

  test("with half of a pair of surrogates is marked", () => {
    expect(read('{"a":"\\uD83D"}')).toMatchObject({ torn: true });
    expect(read('{"a":"\\u0041"}')).toMatchObject({ torn: false });
  });
});
