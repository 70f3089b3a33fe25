import { describe, expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { MarkdownProse } from "./markdown-prose.ts";

const columns = 30;

/** The finished text, and what of it was there before the end; streamed in small pieces. */
function streamed(source: string): { before: string; all: string; running: string } {
  const prose = new MarkdownProse(plain, () => columns);
  let before = "";
  for (let at = 0; at < source.length; at += 3) before += prose.add(source.slice(at, at + 3));
  const { running } = prose;
  return { before, running, all: before + prose.end() };
}

describe("Markdown that streams", () => {
  test("is rendered block by block, and the last one is not finished", () => {
    const { before, running, all } = streamed("# A *title*\nSome **bold** words.\n\nAnd `more`");
    expect(before).toBe("A title\nSome bold words.\n\n");
    expect(running).toBe("And `more`");
    expect(all).toBe("A title\nSome bold words.\n\nAnd more\n");
  });

  test("gives a code block line by line, as it is", () => {
    const { before, running, all } = streamed("```js\nlet **a**;\n\n  # b\n```\nafter\n");
    expect(all).toBe("  let **a**;\n  \n    # b\nafter\n");
    expect(before).toBe("  let **a**;\n  \n    # b\n");
    expect(running).toBe("after\n");
    expect(streamed("~~~\n```\nx").running).toBe("  x");
  });

  test("gives a list item by item, with its own numbers", () => {
    const { before, all } = streamed("3. three\n4. four\n   - inner\n5. five\n");
    expect(before).toBe("3. three\n4. four\n    - inner\n");
    expect(all).toBe("3. three\n4. four\n    - inner\n5. five\n");
  });

  test("draws a table once it is whole", () => {
    const { all } = streamed("| a | b |\n|---|---|\n| 1 | 2 |\n");
    expect(all).toBe("┌───┬───┐\n│ a │ b │\n├───┼───┤\n│ 1 │ 2 │\n└───┴───┘\n");
  });

  test("shows where a link leads, and decodes nothing that could act on the terminal", () => {
    const { all } = streamed("[here](https://a.b/c) &#27;[2J &#x1b;]0;x");
    expect(all.replaceAll("\n", " ")).toContain("here (https://a.b/c) &#27;[2J &#x1b;]0;x");
    expect(all).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("breaks lines at the width of the terminal", () => {
    const { all } = streamed("many words that are wider than the terminal is\n");
    expect(all).toBe("many words that are wider than\nthe terminal is\n");
  });
});
