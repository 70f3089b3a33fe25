import { expect, test } from "vitest";
import { cut, displayWidth, table } from "./table.ts";

test("columns are as wide as their widest cell", () => {
  const rows = [
    ["a1", "running", "fix the parser"],
    ["b22222", "idle", "x"],
  ];
  expect(table(["ID", "STATUS", "TITLE"], rows)).toBe(
    "ID      STATUS   TITLE\na1      running  fix the parser\nb22222  idle     x\n",
  );
});

test("only the last column is cut to the terminal", () => {
  expect(table(["ID", "TITLE"], [["abcdef", "a title that is long"]], 18)).toBe(
    "ID      TITLE\nabcdef  a title t…\n",
  );
});

test("wide and combining characters keep the columns straight", () => {
  expect(displayWidth("中文")).toBe(4);
  expect(displayWidth("e\u0301")).toBe(1);
  expect(
    table(
      ["A", "B"],
      [
        ["中", "x"],
        ["abc", "y"],
      ],
    ),
  ).toBe("A    B\n中   x\nabc  y\n");
});

test("text is cut between characters, never inside one", () => {
  expect(cut("中文字", 4)).toBe("中…");
  expect(cut("short", 5)).toBe("short");
});
