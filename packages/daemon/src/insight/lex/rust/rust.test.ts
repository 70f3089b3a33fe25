import { expect, test } from "vitest";
import { found } from "../compact.test.support.ts";

const rust = found("rust", "a.rs");

test.each<[string, string[]]>([
  ["use crate::a::b;", ["1 static crate::a::b"]],
  [
    "pub(crate) use a::{self, b as c, d::{e, f::*}, g::h};",
    ["1 static a::d::f *", "1 static a::d e", "1 static a::g::h", "1 static a self,b"],
  ],
  ["use super::*;", ["1 static super *"]],
  [
    'mod a;\n#[path = "x"]\npub mod b;\nmod c { use d; }',
    ["1 module a", "3 module b", "4 static d"],
  ],
  ["extern crate alloc;", ["1 static alloc"]],
  ["fn f() { use a::b; }", ["1 static a::b"]],
  ["cfg_x! { mod a; }", ["1 module a"]],
  ['/* /* use a; */ use b; */ // use c;\nconst X: &str = r#"use "d";"#;', []],
])("Rust's imports in %j", (text, expected) => {
  expect(rust.imports(text)).toEqual(expected);
});

test.each([
  ["impl<'a, T> Read for &'a mut [T] { fn f() {} }", "f"],
  ["impl<T> Read for &mut x::A<T> { fn f() {} }", "A.f"],
  ["impl<T> Read for *const A { fn f() {} }", "A.f"],
  ["impl dyn Io { fn f() {} }", "Io.f"],
  ["impl dyn Io + Send { fn f() {} }", "f"],
  ["impl Read for &mut (dyn Io + Send) { fn f() {} }", "f"],
])("the members of %j are the type's", (text, name) => {
  expect(rust.definitions(text)).toEqual([
    expect.stringMatching(new RegExp(`^1 (exported )?method ${name.replace(".", "\\.")}$`)),
  ]);
});

test("Rust's definitions are found, members with their types", () => {
  const text = `pub struct A<'a, T: Fn(u8) -> u8>(&'a T);
enum B { C }
union U { a: u8 }
impl<'a, T> Display for x::A<'a, T> where T: Fn() -> u8 {
    const N: usize = { 1 };
    fn fmt(&self) { fn inner() {} let c = '"'; let d = b'\\''; let e = '\\u{1F}'; }
}
impl B { pub const unsafe fn r#new() {} fn hid() {} }
pub trait Tr { type X; fn f(&self); fn g() {} }
macro_rules! m { () => { fn no() {} } }
pub(crate) static mut S: [u8; 2] = [1, 2];
mod inner { pub fn f() {} }
pub type Y = u8; const _: () = ();
extern "C" { fn c(); }
fn main() {}`;
  expect(rust.definitions(text)).toEqual([
    "1 exported class A",
    "2 enum B",
    "3 class U",
    "5 exported variable A.N",
    "6 exported method A.fmt",
    "8 exported method B.new",
    "8 method B.hid",
    "9 exported interface Tr",
    "9 exported type Tr.X",
    "9 exported method Tr.f",
    "9 exported method Tr.g",
    "10 macro m",
    "11 exported variable S",
    "12 module inner",
    "12 exported function inner.f",
    "13 exported type Y",
    "14 function c",
    "15 function main",
  ]);
});
