import { expect, test } from "vitest";
import { plainMarks, showsUnicode } from "./marks.ts";

test.each([
  [{ LANG: "de_DE.UTF-8" }, true],
  [{ LANG: "C.utf8" }, true],
  [{ LANG: "C" }, false],
  [{}, false],
  [{ LANG: "de_DE.UTF-8", LC_ALL: "C" }, false],
  [{ LANG: "C", LC_CTYPE: "en_GB.UTF-8" }, true],
])("%j shows unicode: %s", (env, shows) => {
  expect(showsUnicode(env)).toBe(shows);
});

test("marks become ASCII of the same width, and what people write stays", () => {
  expect(plainMarks("┌─┐ a · b… → ⏎ é 漢")).toBe("+-+ a - b~ > | é 漢");
});
