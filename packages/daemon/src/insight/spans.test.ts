import { describe, expect, test } from "vitest";
import { lexFile } from "./lex/index.ts";
import type { Language } from "./lex/types.ts";
import { definitionSpan } from "./spans.ts";

const samples: readonly (readonly [string, Language, string, string])[] = [
  [
    "a.ts",
    "typescript",
    "run",
    "export async function run(): Promise<void> {\n  if (a) { b() }\n}",
  ],
  ["a.tsx", "typescript", "View", "export const View = () => (\n  <p>Don't</p>\n);"],
  ["a.js", "javascript", "go", "go() {\n    return 1;\n  }"],
  ["a.py", "python", "f", "@cached\ndef f(a,\n      b):\n    return 1"],
  ["b.py", "python", "LIMIT", "LIMIT = [\n  1,\n]"],
  ["a.go", "go", "List", "type List struct {\n\ta int\n}"],
  ["b.go", "go", "Add", "func (l *List) Add(a int) {\n}"],
  ["a.rs", "rust", "new", "pub fn new() -> Self {\n    Self {}\n}"],
  ["A.java", "java", "run", "public void run() {\n    }"],
  ["a.cs", "csharp", "Run", "public void Run()\n  {\n  }"],
  ["a.c", "c", "find", "static int *find(int a)\n{\n  return 0;\n}"],
  ["a.cpp", "cpp", "Foo", "template <class T>\nclass Foo {\n};"],
  ["a.rb", "ruby", "run", "def run\n    1\n  end"],
  ["a.php", "php", "run", "public function run() {\n  }"],
];
const around: Readonly<Record<string, readonly [string, string]>> = {
  "a.js": ["class A {\n  ", "\n}"],
  "a.rs": ["impl A {\n", "\n}"],
  "A.java": ["class A {\n    ", "\n}"],
  "a.cs": ["class A {\n  ", "\n}"],
  "a.rb": ["class A\n  ", "\nend"],
  "a.php": ["<?php\nclass A {\n  ", "\n}"],
};

describe("the span of a definition", () => {
  test.each(samples)("in %s is all of it and no more", async (path, language, name, source) => {
    const [before, after] = around[path] ?? ["", ""];
    const text = `// né 𝒳\n`.replace(
      "//",
      language === "python" || language === "ruby" ? "#" : "//",
    );
    const start = path === "a.php" ? "" : text;
    const whole = `${start}${before}${source}${after}\n`;
    const definition = lexFile(language, whole, path).definitions.find(
      (each) => each.name === name,
    );
    const span = await definitionSpan(path, whole, { name, line: definition?.line ?? 0 });
    expect(whole.slice(span?.start, span?.end)).toBe(source);
    expect(span?.startLine).toBe(whole.slice(0, span?.start).split("\n").length);
    expect(span?.endLine).toBe(whole.slice(0, span?.end).split("\n").length);
  });

  test("is undefined where nothing of that name is defined", async () => {
    expect(await definitionSpan("a.ts", "const a = b;\n", { name: "c", line: 1 })).toBeUndefined();
    expect(await definitionSpan("a.ts", "const a = 1;\n", { name: "a", line: 9 })).toBeUndefined();
  });

  test("is undefined for a language without a grammar", async () => {
    expect(await definitionSpan("a.kt", "fun a() {}\n", { name: "a", line: 1 })).toBeUndefined();
  });
});
