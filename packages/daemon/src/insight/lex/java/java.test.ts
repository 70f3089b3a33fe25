import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `package a.b;
import java.util.List;
import java.util.*;
import static a.B.c;
@Ann(value = {1, 2})
public class A<T extends List<? super T>> extends B implements C, D {
  private int x = a < b ? 1 : 2, y[] = {1, 2};
  Map<String, List<Integer>> m = new HashMap<String, List<Integer>>(), n;
  static { int no = 1; }
  public A(int x) { this.x = x; }
  public <U> U run(final List<U> u) throws E { int no; class No {} return null; }
  String s = """
    class No { "x" }
    """;
  enum Color implements I { RED(1) { void f() {} }, @X GREEN; int v; abstract void g(); }
  interface In { int K = 1; void h(); default int i() { return 1; } }
  @interface Ann2 { int value() default 1; }
  record P(int a, int b) { P { } static P of() { return null; } }
  char q = '"'; // class No {}
  public static void main(String[] args) {}
}
`;
const { imports, definitions } = found("java", "A.java");

test("Java's imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual([
    "2 static java.util.List",
    "3 static java.util *",
    "4 static a.B.c",
  ]);
});

test("Java's definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "6 exported class A",
    "7 variable A.x",
    "7 variable A.y",
    "8 exported variable A.m",
    "8 exported variable A.n",
    "11 exported method A.run",
    "12 exported variable A.s",
    "15 exported enum A.Color",
    "15 exported variable A.Color.RED",
    "15 exported variable A.Color.GREEN",
    "15 exported variable A.Color.v",
    "15 exported method A.Color.g",
    "16 exported interface A.In",
    "16 exported variable A.In.K",
    "16 exported method A.In.h",
    "16 exported method A.In.i",
    "17 exported interface A.Ann2",
    "17 exported method A.Ann2.value",
    "18 exported class A.P",
    "18 exported method A.P.of",
    "19 exported variable A.q",
    "20 exported method A.main",
  ]);
});

test("Java's file says where it belongs and whether it is run", () => {
  expect(lexFile("java", text, "A.java")).toMatchObject({ packageName: "a.b", isEntryPoint: true });
});
