import { expect, test } from "vitest";
import { isPlainSed } from "./sed.ts";

test.each([
  ["-n", "1,40p", "f"],
  ["-i", "s/a/b/g", "f"],
  ["-e", "1d", "-e", "$!N;P;D", "f"],
  ["-E", "s/([a-z]+)-[0-9]+/\\1/2gI", "f"],
  ["s|[^|]*$||", "f"],
  ["s/[^/]*$//", "f"],
  ["/^#/!{s/a/b/;/c/d};q5", "f"],
  [":a;N;$!ba;s/\\n/ /g", "f"],
  ["0,/x/Is/a/b/", "f"],
  ["\\,/usr,,+2d", "f"],
  ["y/abc/xyz/;=", "f"],
  ["1i\\\ne touch x\n$a e touch x", "f"],
  ["p # e touch x", "f"],
])("reads what only changes text: %j", (...args) => {
  expect(isPlainSed(args)).toBe(true);
});

test.each([
  ["e", "f"],
  ["s/a/b/e", "f"],
  ["s/a/b/w out", "f"],
  ["r in", "f"],
  ["1W out", "f"],
  ["a x\ne touch x", "f"],
  ["s/[/]/x/;s/e", "f"],
  ["s/[]/].*/p;a touch x #/e", "f"],
  ["s/[^/]x/e touch x/", "f"],
  ["p;v", "f"],
  ["s/a/b", "f"],
  ["--expressio=p", "f"],
  ["-i/tmp/*", "p", "f"],
  ["p", null],
])("does not take for that what may do more: %j", (...args) => {
  expect(isPlainSed(args)).toBe(false);
});
