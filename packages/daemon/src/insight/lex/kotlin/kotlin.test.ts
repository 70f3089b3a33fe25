import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `package a.b
import x.y.Z
import q.*
import x.y.W as V
/* a /* nested */ class No */
class Foo<T>(val x: Int, private val y: String) : Bar(), Baz {
  companion object { const val MAX = 1; fun create() = Foo<Int>(1, "") }
  private val z: Int by lazy { 1 }
  override fun run(a: Int): Int = if (a > 1) { 2 } else 3
  val size: Int get() = 1
  init { val no = 1 }
  inner class In { fun deep() {} }
}
data class P(val a: Int)
fun <T> List<T>.second(): T? = this[1]
val String.len: Int get() = length
interface I { fun f() }
object O { var s = "a \${ if (x) "class Q" else "" } b" }
enum class E { A, B; fun g() {} }
typealias L = List<Int>
fun main() { val c = 'x'; val r = """ class No2 """ }
`;
const { imports, definitions } = found("kotlin", "a.kt");

test("Kotlin's imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual(["2 static x.y.Z", "3 static q *", "4 static x.y.W"]);
});

test("Kotlin's definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "6 exported class Foo",
    "7 exported variable Foo.MAX",
    "7 exported method Foo.create",
    "8 variable Foo.z",
    "9 exported method Foo.run",
    "10 exported variable Foo.size",
    "12 exported class Foo.In",
    "12 exported method Foo.In.deep",
    "14 exported class P",
    "15 exported function second",
    "16 exported variable len",
    "17 exported interface I",
    "17 exported method I.f",
    "18 exported class O",
    "18 exported variable O.s",
    "19 exported class E",
    "19 exported method E.g",
    "20 exported type L",
    "21 exported function main",
  ]);
});

test("Kotlin's file says where it belongs and whether it is run", () => {
  expect(lexFile("kotlin", text, "a.kt")).toMatchObject({ packageName: "a.b", isEntryPoint: true });
});
