import { describe, expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const python = found("python", "a.py");

describe("the imports of Python", () => {
  test.each<[string, string[]]>([
    ["import a.b as c, d", ["1 static a.b", "1 static d"]],
    ["from . import a", ["1 static . a"]],
    ["from ..a . b import (c as d,  # why\n  e,\n)", ["1 static ..a.b c,e"]],
    ["from a import *", ["1 static a *"]],
    ["try: import a\nexcept ImportError:\n  import b", ["1 static a", "3 static b"]],
    ["if TYPE_CHECKING:\n    from a import B\nimport c", ["2 type a B", "3 static c"]],
    ["def f():\n    import a; import b", ["2 static a", "2 static b"]],
    ["importlib.import_module('a.b')", ["1 dynamic a.b"]],
    ['"""\nimport a\n"""\n# import b\nx = \'import c\'', []],
    ["import a \\\n  as b", ["1 static a"]],
  ])("in %j", (text, expected) => {
    expect(python.imports(text)).toEqual(expected);
  });
});

describe("the definitions of Python", () => {
  test.each<[string, string[]]>([
    [
      "a = b = 1\n(c, *d), e.f, g[0] = x\nh: int\na = 2\ni == 3\nj += 1",
      [
        "1 exported variable a",
        "1 exported variable b",
        "2 exported variable c",
        "2 exported variable d",
        "4 exported variable h",
      ].map((each) => each.replace("4 exported variable h", "3 exported variable h")),
    ],
    [
      "@d(lambda: 1)\nasync def f(a: {1: 2} = {}) -> 'x': return lambda: 1\n_g = 1",
      ["2 exported function f", "3 variable _g"],
    ],
    [
      "class A(B):\n    x: int = 1\n    def f(self):\n        y = 1\n        def g(): pass\n    class C:\n        def h(self): pass\nz = 1",
      [
        "1 exported class A",
        "2 exported variable A.x",
        "3 exported method A.f",
        "6 exported class A.C",
        "7 exported method A.C.h",
        "8 exported variable z",
      ],
    ],
    [
      "if a:\n    def f(): pass\nelse:\n    def f(): pass",
      ["2 exported function f", "4 exported function f"],
    ],
    [
      "__all__ = ['a']\n__all__ += ['_b']\na = _b = c = 1",
      ["1 variable __all__", "3 exported variable a", "3 exported variable _b", "3 variable c"],
    ],
    [
      "type A[T] = list[T]\ntype = 1\nmatch = 2",
      ["1 exported type A", "2 exported variable type", "3 exported variable match"],
    ],
    [
      "x = f'{a[\"b\"]:>{w}} {{ {c!r}'\ny = rb'\\''\nz = f'''\n{d}'''",
      ["1 exported variable x", "2 exported variable y", "3 exported variable z"],
    ],
    ["a = (\n1,\n)\nif x := f(): b = 2", ["1 exported variable a", "4 exported variable b"]],
  ])("in %j", (text, expected) => {
    expect(python.definitions(text)).toEqual(expected);
  });
});

test("the expressions of an f-string are references", () => {
  expect(python.references("f'{a.b + f\"{c}\"} d'")).toEqual({ a: 1, b: 1, c: 1 });
});

test("a file that is run says so", () => {
  const isEntryPoint = (text: string): boolean => lexFile("python", text, "a.py").isEntryPoint;
  expect(isEntryPoint("if __name__ == '__main__':\n    main()\n")).toBe(true);
  expect(isEntryPoint("x = __name__\n")).toBe(false);
});
