import { expect, test } from "vitest";
import { claimsIn } from "./claims.ts";

const exists = ({ path, line }: { path: string; line: number }): boolean =>
  path === "src/a.ts" && line >= 1 && line <= 10;

test("a claim is kept with the places that it cites", () => {
  const answer = "- It starts in main [src/a.ts:3].\n\n2. `run` does the work (`src/a.ts:4-9`)";
  expect(claimsIn(answer, exists)).toEqual({
    claims: [
      { text: "It starts in main.", places: [{ path: "src/a.ts", line: 3 }] },
      { text: "`run` does the work", places: [{ path: "src/a.ts", line: 4 }] },
    ],
    dropped: 0,
  });
});

test.each([
  ["cites nothing", "It is well tested."],
  ["cites a file that is not there", "It is fast [src/b.ts:3]"],
  ["cites a line after the end", "It is fast [src/a.ts:11]"],
  ["cites line 0", "It is fast [src/a.ts:0]"],
  ["cites one place that is there and one that is not", "It is fast [src/a.ts:1, src/b.ts:1]"],
  ["leads out of the tree", "It is fast [../src/a.ts:1]"],
])("a claim that %s is dropped and counted", (_, answer) => {
  expect(claimsIn(answer, exists)).toEqual({ claims: [], dropped: 1 });
});

test("headings and fences are no claims", () => {
  expect(claimsIn("# Answer\n```\n---\n", exists)).toEqual({ claims: [], dropped: 0 });
});
