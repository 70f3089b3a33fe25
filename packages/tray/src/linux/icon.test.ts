import { expect, test } from "vitest";
import { pixmapsOf } from "./icon.ts";

const states = ["idle", "working", "needsYou", "failed"] as const;

/** The smallest as text: what is covered. */
function shape(state: (typeof states)[number]): string {
  const [size, , pixels] = pixmapsOf(state)[0] ?? [0, 0, Buffer.alloc(0)];
  const rows = Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) =>
      pixels.readUInt8((y * size + x) * 4) > 127 ? "#" : ".",
    ),
  );
  return rows.map((row) => row.join("")).join("\n");
}

test("each state has a shape of its own, and not only a colour", () => {
  expect(new Set(states.map(shape)).size).toBe(4);
});

test("a pixel is opacity, red, green and blue in this order", () => {
  const [[size, height, pixels]] = pixmapsOf("failed") as [[number, number, Buffer]];
  expect([size, height, pixels.length]).toEqual([22, 22, 22 * 22 * 4]);
  const top = (size + size / 2) * 4;
  expect(pixels.subarray(top, top + 4).toString("hex")).toBe("ffdc2626");
  expect(pixels[0]).toBe(0);
});
