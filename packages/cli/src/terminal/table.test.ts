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

test("on a narrow terminal the last column stands below, and the others are cut from the right", () => {
  const rows = [
    ["0199aaaa", "ready to land", "12m", "heddle/fix-the-parser", "fix the parser at last"],
  ];
  expect(table(["ID", "STATUS", "AGE", "BRANCH", "TITLE"], rows, 40)).toBe(
    [
      "ID        STATUS         AGE  BRANCH",
      "  TITLE",
      "0199aaaa  ready to land  12m  heddle/fi…",
      "  fix the parser at last",
      "",
    ].join("\n"),
  );
});

test.each([20, 30, 40, 60, 80, 200])("no line is wider than a terminal of %i columns", (width) => {
  const rows = [["0199aaaa", "ready", "12m", "heddle/fix-the-parser", "fix the parser at last"]];
  const lines = table(["ID", "ST", "AGE", "BRANCH", "TITLE"], rows, width).trimEnd().split("\n");
  // A row is always named in full, however little room there is.
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(Math.max(width, 30));
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
