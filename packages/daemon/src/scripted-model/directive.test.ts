import { expect, test } from "vitest";
import { parseDirective } from "./directive.ts";

test("a directive has a name and values, bare or quoted", () => {
  expect(
    parseDirective('Please [[edit path=a/b.ts find="x]] \\"y\\"" replace="1\\n2"]] now'),
  ).toEqual({
    name: "edit",
    args: { path: "a/b.ts", find: 'x]] "y"', replace: "1\n2" },
    source: '[[edit path=a/b.ts find="x]] \\"y\\"" replace="1\\n2"]]',
  });
});

test("the last directive of a text counts", () => {
  expect(parseDirective("[[say n=1]] and [[ok]]")?.name).toBe("ok");
});

test.each(["no directive", "[[]]", "[[ say n= ]]", "a[0][1]"])("%s holds none", (text) => {
  expect(parseDirective(text)).toBe(undefined);
});
