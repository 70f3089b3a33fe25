import { describe, expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { codeOnly, commentSpans, identifierLines, lexFile } from "../index.ts";

const ts = found("typescript", "a.ts");
const tsx = found("typescript", "a.tsx");

describe("the imports of TypeScript", () => {
  test.each([
    ['import "./a.ts"', "1 static ./a.ts"],
    ['import a, { b as c, type D } from "x"', "1 static x default,b,D"],
    ['import * as a from "x" with { type: "json" }', "1 static x *"],
    ['import type { A } from "x"', "1 type x A"],
    ['import type from "x"', "1 static x default"],
    ['import {\n  a,\n  b,\n} from "x";', "1 static x a,b"],
    ['export * from "x"', "1 reexport x *"],
    ['export * as ns from "x"', "1 reexport x *"],
    ['export type { A } from "x"', "1 reexport x A"],
    ['export { default as a } from "x"', "1 reexport x default"],
    ['import fs = require("fs")', "1 require fs default"],
    ['const a = await import("x")', "1 dynamic x"],
    ["const a = import(`x`)", "1 dynamic x"],
    ['if (a) { b(require("x")) }', "1 require x"],
    ['let a: typeof import("x")', "1 type x"],
    ['let a: import("x").A<B>', "1 type x"],
    [`const a = \`\${require("x")}\``, "1 require x"],
    ['const a = { ...require("x") }', "1 require x"],
  ])("in %s are found", (text, expected) => {
    expect(ts.imports(text)).toEqual([expected]);
  });

  test.each([
    '// import "x"',
    '/* require("x") */',
    "const a = 'import \"x\"'",
    'const a = `require("x")`',
    'a.require("x")',
    "require(a)",
    "import.meta.url",
    'const a = /require("x")/',
    'const a = b ? /[\'"`]/ : /[/]require\\("x"\\)/',
  ])("are none in %s", (text) => {
    expect(ts.imports(text)).toEqual([]);
  });
});

describe("the definitions of TypeScript", () => {
  test.each<[string, string[]]>([
    [
      "const a = 1, b: Map<string, number> = new Map<string, number>(), c = d < e, f = g > h",
      ["1 variable a", "1 variable b", "1 variable c", "1 variable f"],
    ],
    [
      "export const { a, b: c, d: [e], ...f } = g",
      [
        "1 exported variable a",
        "1 exported variable c",
        "1 exported variable e",
        "1 exported variable f",
      ],
    ],
    ["const a = 1\nconst b = 2", ["1 variable a", "2 variable b"]],
    ["a()\nfunction b() {}", ["2 function b"]],
    ["const a =\n  function b() {}", ["1 variable a"]],
    ["if (a) { const b = 1 } function c() {}", ["1 function c"]],
    ["type = 1\nnamespace\nfoo", []],
    ["type A<T> = T extends { b: infer U } ? U : never\nlet c", ["1 type A", "2 variable c"]],
    ["declare function a(): asserts b is C\ndeclare const d: D", ["1 function a", "2 variable d"]],
    ["export default class {}", []],
    ["export default async function a() {}", ["1 exported function a"]],
    ["const a = 1; export { a as b }", ["1 exported variable a"]],
    ["function a() {} module.exports = { a }", ["1 exported function a"]],
    ["export const enum A { B }\nenum C {}", ["1 exported enum A", "2 enum C"]],
    ["namespace A.B { export const c = 1 }", ["1 module A.B", "1 exported variable A.B.c"]],
    ["function a(): { b: number } { const c = 1 }\nlet d", ["1 function a", "2 variable d"]],
    ["const a = <T>(b: T): b is C => { const d = 1 }", ["1 variable a"]],
    ["let a = b / c; let d = e / f", ["1 variable a", "1 variable d"]],
    ["let a = (b) / c; let d = /[/'\"]/; let e", ["1 variable a", "1 variable d", "1 variable e"]],
    [`let a = \`x \${\`y \${b} }\`} {\`; let c`, ["1 variable a", "1 variable c"]],
    ["if (a) /'/.test(b); let c", ["1 variable c"]],
  ])("in %s", (text, expected) => {
    expect(ts.definitions(text)).toEqual(expected);
  });

  test("in a class are its members, with or without semicolons", () => {
    const text = `@dec({ a: 1 })
export abstract class A<T> extends B<T>(C) implements D {
  static #count = 0
  readonly name: string = "x"
  @dec() private get = () => {}
  constructor(private a: number) { super() }
  get value(): { a: 1 } { return x }
  async *[Symbol.iterator]() {}
  abstract run<U>(a: U): void
  static { let no = 1 }
  'quoted'() {}
}`;
    expect(ts.definitions(text)).toEqual([
      "2 exported class A",
      "3 variable A.#count",
      "4 exported variable A.name",
      "5 exported variable A.get",
      "7 exported method A.value",
      "9 exported method A.run",
    ]);
  });
});

describe("JSX", () => {
  test("has text in which quotes, braces and words mean nothing", () => {
    const text = `const A = () => <p title="it's" {...b}>Don't import "x" // {c /* ' */} <B.C /> &amp; </p>;
const D = <><A<string> e={f => f > 1}>class X {}</A></>;
let g;`;
    expect(tsx.definitions(text)).toEqual(["1 variable A", "2 variable D", "3 variable g"]);
    expect(tsx.imports(text)).toEqual([]);
    expect(tsx.references(text)).toMatchObject({ b: 1, c: 1, B: 1, C: 1, f: 2 });
  });

  test("is not what a type's parameters are", () => {
    const text = `const a = <T,>(b: T) => b;
const c = <T extends D>(b: T) => b;
interface E { f: <T>(b: T) => void }
let g;`;
    expect(tsx.definitions(text)).toEqual([
      "1 variable a",
      "2 variable c",
      "3 interface E",
      "4 variable g",
    ]);
  });
});

describe("a component", () => {
  const vue = `<template>
  <p>class No {}</p>
</template>
<script lang="ts">
import a from "./a";
</script>
<script setup lang="ts">
const b = 1; // TODO more
</script>`;

  test("is read in its script blocks alone, with the lines of the file", () => {
    const symbols = lexFile("javascript", vue, "A.vue");
    expect(symbols).toMatchObject({
      language: "typescript",
      lines: 9,
      imports: [{ specifier: "./a", line: 5, kind: "static", names: ["default"] }],
      definitions: [{ name: "b", kind: "variable", line: 8, exported: false }],
      todos: [{ line: 8, text: "TODO more" }],
    });
  });

  test("keeps its template when comments are left out", () => {
    expect(codeOnly("typescript", vue, "A.vue")).toContain("<p>class No {}</p>");
    expect(codeOnly("typescript", vue, "A.vue")).not.toContain("TODO");
  });
});

describe("a file of TypeScript", () => {
  test("is counted: lines, branches, votes for a style", () => {
    const text = `#!/usr/bin/env node
// one
const a = 'x';
/* two
   lines */ let b = "y"
if (a && b) {
  b ??= a ? c?.d : 1;
}
`;
    expect(lexFile("typescript", text, "a.ts")).toMatchObject({
      lines: 8,
      codeLines: 5,
      commentLines: 4,
      isEntryPoint: true,
      branches: 4,
      style: { tabLines: 0, singleQuotes: 1, doubleQuotes: 1, semicolons: 2, bareEnds: 1 },
    });
  });

  test("names the lines on which a word is code", () => {
    const text = `const run = 1;\n// run\n"run"; run;\n\`\${run}\`; runs; a.run(run)\n`;
    expect(identifierLines("typescript", text, "run")).toEqual([1, 3, 4, 4, 4]);
  });

  test("is the same code if and only if nothing but comments differs", () => {
    const code = (text: string): string => codeOnly("typescript", text);
    expect(code("let a = 1; // x\n\n/* y */\nlet b;")).toBe(code("let a = 1;\nlet b;"));
    expect(code('let a = "//x";')).not.toBe(code('let a = "//y";'));
    expect(code("let a = b /c/ d;")).not.toBe(code("let a = b /e/ d;"));
    expect(commentSpans("typescript", "a /* b */ // c\n`// d`")).toEqual([
      [2, 9],
      [10, 14],
    ]);
  });
});
