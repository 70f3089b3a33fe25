import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `#include <vector>
#include "foo.h"
#define MAX(a, b) \\
  ((a) > (b) ? (a) : (b))
namespace a::b {
template <typename T, int N = 3> class EXPORT Foo final : public Bar<T>, Baz {
public:
  Foo(int x) : x_(x), y_{2} {}
  ~Foo();
  virtual int run(int a) const override { return a; }
  static const int K = 3;
  bool operator==(const Foo& o) const;
private:
  int x_, *y_;
  std::map<int, std::string> m_;
  struct In { int q; };
};
enum class Color { Red, Green = 2 };
using Str = std::string;
int Foo::other(int z) { return z; }
}
typedef struct node { int v; struct node *next; } node_t;
typedef int (*cb)(int, void *);
static int counter = 0, other;
struct node *find(struct node *n);
int main(int argc, char **argv) { const char *s = R"x( class No {} )x"; return 0; }
extern "C" { void c_fn(void); }
`;
const { imports, definitions } = found("cpp", "a.cpp");

test("C++'s imports are found, and none in strings and comments", () => {
  expect(imports(text)).toEqual(["1 system vector", "2 static foo.h"]);
});

test("C++'s definitions are found, and none in strings, comments and bodies", () => {
  expect(definitions(text)).toEqual([
    "3 exported macro MAX",
    "6 exported class a.b.Foo",
    "10 exported method a.b.Foo.run",
    "11 exported variable a.b.Foo.K",
    "14 variable a.b.Foo.x_",
    "14 variable a.b.Foo.y_",
    "15 variable a.b.Foo.m_",
    "16 class a.b.Foo.In",
    "16 exported variable a.b.Foo.In.q",
    "18 exported enum a.b.Color",
    "18 exported variable a.b.Color.Red",
    "18 exported variable a.b.Color.Green",
    "19 exported type a.b.Str",
    "20 exported method a.b.Foo.other",
    "22 exported class node",
    "22 exported variable node.v",
    "22 exported variable node.next",
    "22 exported type node_t",
    "24 variable counter",
    "24 variable other",
    "25 exported function find",
    "26 exported function main",
    "27 exported function c_fn",
  ]);
});

test("C++'s file says whether it is run", () => {
  expect(lexFile("cpp", text, "a.cpp")).toMatchObject({ isEntryPoint: true });
});
