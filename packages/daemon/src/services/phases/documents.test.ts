import { describe, expect, test } from "vitest";
import {
  changelogOf,
  differsInCommentsOnly,
  hasNewEntry,
  isDocument,
  missingFiles,
} from "./documents.ts";

test.each([
  ["docs/guide/start.txt", true],
  ["docs/site.js", true],
  ["README.md", true],
  ["packages/a/NOTES.MD", true],
  ["src/docs/a.ts", false],
  ["docs.ts", false],
  ["CHANGELOG", true],
  ["CHANGES.rst", true],
  ["README.txt", true],
  ["src/NEWS", false],
  ["history.ts", false],
])("%s is a document: %s", (path, expected) => {
  expect(isDocument(path)).toBe(expected);
});

describe("a change is one of comments alone", () => {
  test.each([
    ["a.ts", "let a = 1;\n", "/** One. */\nlet a = 1; // one\n"],
    ["a.ts", "// old\nlet a = 1;\n", "let a = 1;\n"],
    ["a.ts", "f();\r\n\r\ng();\r\n", "f(); // f\r\n\r\n// g\r\ng();\r\n"],
    ["a.ts", "f(a, b);\n", "f(a, /* the second */ b);\n"],
    ["a.tsx", "let a = <p>\n  {b}\n</p>;\n", "// a\n\nlet a = <p>\n  {b}\n</p>;\n"],
    ["a.rb", "f <<~A\n  a\n\n  b\nA\ng\n", "# f\nf <<~A\n  a\n\n  b\nA\n# g\ng\n"],
    ["a.php", "<h1>\n\n</h1>\n<?php\n$a = 1;\n", "<h1>\n\n</h1>\n<?php\n// a\n$a = 1;\n"],
    ["a.c", "#include <a.h>\n\nint a;\n", "#include <a.h>\n\n/* a */\n\nint a;\n"],
    [
      "a.vue",
      "<p>\n\n</p>\n<script>\nf();\n</script>\n",
      "<p>\n\n</p>\n<script>\n// f\nf();\n</script>\n",
    ],
    ["a.py", "x = 1\n", "# one\nx = 1  # really\n"],
    ["a.go", "package a\n", "// Package a is one.\npackage a\n"],
    ["run", "#!/usr/bin/env node\nlet a;\n", "#!/usr/bin/env node\n// what it runs\nlet a;\n"],
  ])("in %s: %j -> %j", (path, before, after) => {
    expect(differsInCommentsOnly(path, before, after)).toBe(true);
  });

  test.each([
    ["code", "a.ts", "let a = 1;\n", "let a = 2;\n"],
    ["code that was put into a comment", "a.ts", "f();\ng();\n", "f();\n// g();\n"],
    ["code that came out of a comment", "a.ts", "f();\n// g();\n", "f();\ng();\n"],
    ["a string that looks like a comment", "a.ts", 'f("// a");\n', 'f("// b");\n'],
    ["a text in markup", "a.tsx", "let a = <p>// a</p>;\n", "let a = <p>// b</p>;\n"],
    ["a docstring", "a.py", 'def f():\n    "one"\n', 'def f():\n    "two"\n'],
    ["what silences the compiler", "a.ts", "f();\n", "// @ts-ignore\nf();\n"],
    ["what silences a linter", "a.ts", "f();\n", "/* eslint-disable */\nf();\n"],
    ["what chooses the interpreter", "run", "#!/usr/bin/node\nf();\n", "#!/bin/node\nf();\n"],
    ["what Go builds", "a.go", "package a\n", "//go:build linux\npackage a\n"],
    ["what no lexer reads", "a.json", '{"a": 1}\n', '{"a": 1} // one\n'],
    ["an empty line of a text", "a.ts", "f(`a\n\nb`);\n", "f(`a\nb`);\n"],
    ["an empty line of a heredoc", "a.rb", "f <<~A\n  a\n\n  b\nA\n", "f <<~A\n  a\n  b\nA\n"],
    ["line ends", "a.ts", "f();\ng();\n", "f();\r\ng();\r\n"],
    ["the end of the last line", "a.ts", "f();\n", "f();\r\n"],
    ["the end of a line that gets a comment", "a.ts", "f();\r\ng();\r\n", "f(); // f\ng();\r\n"],
    ["indentation", "a.py", "if a:\n  b()\nc()\n", "if a:\n  b()\n  # c\n  c()\n"],
    ["where a statement ends", "a.ts", "return /* a */ b;\n", "return /* a\n */ b;\n"],
    ["what C reads as code", "a.c", "int a;\n", "/* a */ #define a b\nint a;\n"],
  ])("but not in %s", (_what, path, before, after) => {
    expect(differsInCommentsOnly(path, before, after)).toBe(false);
  });
});

test("the changelog is at the top, whatever its ending", () => {
  expect(changelogOf(["src/a.ts", "docs/CHANGELOG.md", "CHANGELOG.md"])).toBe("CHANGELOG.md");
  expect(changelogOf(["src/changes.ts"])).toBeUndefined();
});

test.each([
  ["- One.\n", "- One.\n- Two.\n", true],
  ["Nothing yet.\n", "- One.\n", true],
  ["- One.\n- Two.\n", "- Two.\n- One.\n", false],
  ["- One.\n", "", false],
  ["- One.\n", "- One.\n\n## 1.0\n\n---\n", false],
])("a changelog %j that is made %j has a new entry: %s", (before, after, expected) => {
  expect(hasNewEntry(before, after)).toBe(expected);
});

test("a document names files that are there, from its own folder or from the top", () => {
  const files = new Set(["src/a.ts", "docs/b.md", "docs/pictures/c d.svg"]);
  const text = [
    "See [a](../src/a.ts#L3), [b](b.md), [c](pictures/c%20d.svg) and `src/a.ts`.",
    "Also [gone](gone.md), `src/gone.ts`, and [web](https://example.org/x.md), [here](#there).",
    "```",
    "cat `src/example.ts`",
    "```",
  ].join("\n");
  expect(
    missingFiles("docs/guide.md", text, (paths) => paths.some((path) => files.has(path))),
  ).toMatchObject([
    { line: 2, name: "gone.md" },
    { line: 2, name: "src/gone.ts" },
  ]);
});
