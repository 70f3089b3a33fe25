import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `using System;
using static System.Math;
using X = A.B.C<int>;
namespace My.App;
[Serializable]
public class Foo<T> : Bar<T>, IBaz where T : new() {
  private int a = 1, b;
  public string Name { get; set; } = "x";
  public int Count => a;
  public Foo(int x) : base(x) { }
  ~Foo() {}
  public async Task<List<T>> Run<U>(int x) where U : class { using var f = Open(); var s = $"{x}"; return null; }
  public static bool operator ==(Foo a, Foo b) => true;
  public int this[int i] { get { return 1; } }
  enum Color { Red, Green = 2 }
  event EventHandler Changed;
  static string V = @"a\\";
  string R = """
   "hi" class No {}
   """;
}
public record Point(int X, int Y);
public delegate Task Handler<T>(T value);
interface IThing { void Do(); int P { get; } }
`;
const { imports, definitions } = found("csharp", "a.cs");

test("C#'s imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual(["1 static System", "2 static System.Math", "3 static A.B.C"]);
});

test("C#'s definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "6 exported class Foo",
    "7 variable Foo.a",
    "7 variable Foo.b",
    "8 exported variable Foo.Name",
    "9 exported variable Foo.Count",
    "12 exported method Foo.Run",
    "15 enum Foo.Color",
    "15 variable Foo.Color.Red",
    "15 variable Foo.Color.Green",
    "16 variable Foo.Changed",
    "17 variable Foo.V",
    "18 variable Foo.R",
    "22 exported class Point",
    "23 exported type Handler",
    "24 exported interface IThing",
    "24 exported method IThing.Do",
    "24 exported variable IThing.P",
  ]);
});

test("C#'s file says where it belongs and whether it is run", () => {
  expect(lexFile("csharp", text, "a.cs")).toMatchObject({
    packageName: "My.App",
    isEntryPoint: false,
  });
});
