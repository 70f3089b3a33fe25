import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";
import { lexFile } from "../index.ts";

const text = `// import "no"
package main

import "fmt"
import (
	a "x/y" // why
	. "b"; _ "c"
)

type (
	List[T any] struct { next *List[T] }
	Reader interface {
		Read(p []byte) (n int, err error)
		fmt.Stringer
	}
	ids [4]int
	Alias = struct{}
)

const (
	One = iota
	two, Three
)

var handler func(x int) (
	int) = nil
var _ Reader = nil

func (l *List[T]) Push(v T) { type inner int; const quote = '"' }
func (ids) Len() int { return 0 }
func main() { s := \`
func no() {}
\`; if a && b || !s { for {} } }
`;
const go = found("go", "a.go");

test("Go's imports are found, one by one and in blocks", () => {
  expect(go.imports(text)).toEqual(["4 static fmt", "6 static x/y", "7 static b", "7 static c"]);
});

test("Go's definitions are found, methods with their receivers", () => {
  expect(go.definitions(text)).toEqual([
    "11 exported class List",
    "12 exported interface Reader",
    "13 exported method Reader.Read",
    "16 type ids",
    "17 exported class Alias",
    "21 exported variable One",
    "22 variable two",
    "22 exported variable Three",
    "25 variable handler",
    "29 exported method List.Push",
    "30 exported method ids.Len",
    "31 function main",
  ]);
});

test("Go's package is named, and its main function is where a program starts", () => {
  const main = lexFile("go", text, "a.go");
  expect(main).toMatchObject({ packageName: "main", isEntryPoint: true, branches: 4 });
  expect(lexFile("go", "package a\nfunc main() {}\n", "a.go").isEntryPoint).toBe(false);
});
