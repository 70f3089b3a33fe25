import { expect, test } from "vitest";
import { matchOf } from "./history.ts";

test.each([
  ["cache", '"cache"'],
  ["cache miss", '"cache" "miss"'],
  ['"cache miss" slow', '"cache miss" "slow"'],
  ["cach*", '"cach"*'],
  ["a OR b NOT c", '"a" "OR" "b" "NOT" "c"'],
  ['un"balanced', '"unbalanced"'],
  ["src/a.ts:3 (x) ^2 -y", '"src/a.ts:3" "(x)" "^2" "-y"'],
])("%s is asked for as %s", (query, match) => {
  expect(matchOf(query)).toBe(match);
});

test.each(["", "  ", "***", '" "', "()"])("%j has no word in it", (query) => {
  expect(matchOf(query)).toBeUndefined();
});
