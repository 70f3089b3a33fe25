import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, test } from "vitest";
import { globMatcher } from "./globs.ts";

describe("a glob", () => {
  test.each([
    ["src/*.ts", ["src/a.ts", "src/.a.ts", "src/.ts"], ["src/x/a.ts", "src/a.tsx", "a.ts"]],
    ["**", ["a", "a/b/.c"], []],
    ["src/**", ["src/a", "src/x/y"], ["src", "srcs/a"]],
    ["**/a.ts", ["a.ts", "x/a.ts", "x/y/a.ts"], ["xa.ts", "a.ts/x"]],
    ["src/**/a.ts", ["src/a.ts", "src/x/y/a.ts"], ["src/xa.ts", "a.ts"]],
    ["a**/b", ["ax/b", "a/b"], ["a/x/b", "b"]],
    ["**b", ["ab", "b"], ["a/b"]],
    ["a?c", ["abc", "a😀c"], ["ac", "a/c", "abbc"]],
    ["[a-c]1", ["a1", "c1"], ["d1", "A1", "1"]],
    ["[!a-c]1", ["d1", "😀1"], ["a1", "/1"]],
    ["[]x]", ["]", "x"], ["[]x]"]],
    ["[z-a", ["[z-a"], ["z"]],
    ["**/*.{ts,tsx}", ["a.ts", "x/a.tsx"], ["a.js", "a.ts,tsx"]],
    ["{src/**,test/{a,b}}/*.ts", ["src/x/a.ts", "test/a/x.ts"], ["test/c/x.ts", "test/a.ts"]],
    ["a{,.old}", ["a", "a.old"], ["a.", "aold"]],
    ["a{**/x,y}", ["ay"], ["a/x", "ab/x"]],
    ["{a}/{{b}}/*", ["{a}/{{b}}/c"], ["a/b/c"]],
    ["{a,b", ["{a,b"], ["a"]],
    ["a\\*\\{b,c\\}", ["a*{b,c}"], ["ax{b,c}", "ab"]],
    ["(a|b)+.ts", ["(a|b)+.ts"], ["a.ts", "aa.ts"]],
  ])("%j means what it names", (glob, meant, others) => {
    const matches = globMatcher(glob);
    expect([...meant, ...others].filter(matches)).toEqual(meant);
  });

  test("means what other programs take it for", () => {
    const words = ["a", "b", "*", "?", "[ab]", "{a,b}", "{a,*b}", ".a"];
    const name = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 });
    const names = fc.array(fc.oneof(name, fc.constant(["**"])), { minLength: 1, maxLength: 4 });
    const glob = names.map((all) => `${all.map(written).join("/")}/a`);
    const path = fc.stringMatching(/^([abc]{1,3}\/|\.a\/){0,3}a$/);
    const isSame = (asked: string, of: string) =>
      globMatcher(asked)(of) === picomatch(asked, { dot: true })(of);
    fc.assert(fc.property(glob, path, isSame));
  });

  test.each([
    `**/${"*a".repeat(100)}b`,
    `${"**/".repeat(150)}b`,
    `${"{a,*a}".repeat(80)}b`,
    "{".repeat(400),
  ])("that is hostile (%j) cannot hold up who asks", (glob) => {
    const path = `x/${"a/".repeat(500)}${"a".repeat(255)}`;
    expect(globMatcher(glob)(path)).toBe(false);
    expect(globMatcher(glob)(path.replaceAll("/", ""))).toBe(false);
  });
});

/** A name of a glob; more than one star is of another meaning only where it is all of the name. */
function written(words: readonly string[]): string {
  const name = words.join("");
  return words.length === 1 ? name : name.replaceAll(/\*+/g, "*");
}
