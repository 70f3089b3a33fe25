import { expect, test } from "vitest";
import { Screen } from "../scripts/picture/screen.ts";
import { svgOf } from "../scripts/picture/svg.ts";

function lines(...output: string[]): string[] {
  const screen = new Screen(10);
  for (const part of output) screen.write(part);
  return screen
    .lines(100)
    .map((runs) =>
      runs.reduce((line, { column, text }) => line.padEnd(column) + text, "").trimEnd(),
    );
}

test("a live region that is drawn again leaves only its last state", () => {
  expect(lines("a\r\none\r\ntwo\r\n", "\x1b[2A\x1b[Jb\r\n1\r\n2\r\n")).toEqual([
    "a",
    "b",
    "1",
    "2",
  ]);
});

test("a long line wraps, and a carriage return begins the line again", () => {
  expect(lines("0123456789abc\r\nold\rNE\x1b[K\r\n")).toEqual(["0123456789", "abc", "NE"]);
});

test("only the last lines are kept, without empty ones at the end", () => {
  const screen = new Screen(10);
  screen.write("1\r\n2\r\n3\r\n\r\n");
  expect(screen.lines(2).map(([run]) => run?.text)).toEqual(["2", "3"]);
});

test("colours and weights become runs of their own", () => {
  const screen = new Screen(40);
  screen.write("a \x1b[1m\x1b[32mgreen\x1b[39m bold\x1b[22m \x1b[2mdim\x1b[0m b");
  const style = { bold: false, dim: false, colour: undefined };
  expect(screen.lines(1)).toEqual([
    [
      { column: 0, text: "a ", style },
      { column: 2, text: "green", style: { bold: true, dim: false, colour: 2 } },
      { column: 7, text: " bold", style: { bold: true, dim: false, colour: undefined } },
      { column: 13, text: "dim", style: { bold: false, dim: true, colour: undefined } },
      { column: 16, text: " b", style },
    ],
  ]);
});

test("the picture places each run by its column and escapes what it says", () => {
  const style = { bold: true, dim: false, colour: 2 };
  const svg = svgOf({
    title: 'a "title"',
    columns: 20,
    lines: [[{ column: 2, text: " <&> ", style }]],
  });
  expect(svg).toContain('aria-label="a &quot;title&quot;"');
  expect(svg).toMatch(
    /<text x="43.2" y="[\d.]+" textLength="25.2" font-weight="bold" fill="#8fd18a">&lt;&amp;&gt;</,
  );
});
