import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `import Foundation
import struct Foo.Bar
public class A: B { private var x = 1; let y: Int; init() {}; func run<T>(_ a: T) -> Int { let no = 1; return no }
  class func make() -> A { A() } 
  static let s = "a \\(b("c")) class No" }
extension String { func shout() -> String { "" } }
protocol P { associatedtype T; func f() }
enum E: String { case a, b; case c = "x" }
struct S { var z: Int { get { 1 } } }
func top() {}
typealias X = Int
@main struct App { static func main() {} }
`;
const { imports, definitions } = found("swift", "a.swift");

test("Swift's imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual(["1 static Foundation", "2 static Foo.Bar"]);
});

test("Swift's definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "3 exported class A",
    "3 variable A.x",
    "3 exported variable A.y",
    "3 exported method A.run",
    "4 exported method A.make",
    "5 exported variable A.s",
    "6 exported method String.shout",
    "7 exported interface P",
    "7 exported type P.T",
    "7 exported method P.f",
    "8 exported enum E",
    "8 exported variable E.a",
    "8 exported variable E.c",
    "9 exported class S",
    "9 exported variable S.z",
    "10 exported function top",
    "11 exported type X",
    "12 exported class App",
    "12 exported method App.main",
  ]);
});

test("Swift's file says whether it is run", () => {
  expect(lexFile("swift", text, "a.swift")).toMatchObject({ isEntryPoint: true });
});
