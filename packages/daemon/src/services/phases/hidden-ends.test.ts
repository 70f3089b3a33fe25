import { expect, test } from "vitest";
import { differsInCommentsOnly, isDocument } from "./documents.ts";

test.each([
  ["a.ts", "x(); // a\n", "x(); // a\u2028evil();\n"],
  ["a.js", "x(); // a\n", "x(); // a\revil();\n"],
  ["a.js", "function f() { return /* a */ x; }\n", "function f() { return /* \u2029 */ x; }\n"],
  ["A.cs", "x(); // a\n", "x(); // a\u0085evil();\n"],
  ["A.java", "x(); // a\n", "x(); // \\u000a evil();\n"],
  ["A.java", "x(); /* a */\n", "x(); /* \\uu002a\\u002f evil(); /* */\n"],
  ["a.py", "x = 1 \\\n  +2\n", "x = 1 \\\n\n  +2\n"],
  ["a.c", "#define A f(1); \\\n g(2)\n", "#define A f(1); \\\n\n g(2)\n"],
  ["a.rb", "x\n__END__\n# a\n", "x\n__END__\n# b\n"],
  ["A.vue", "<script>\n// a\n</script>\n", "<script>\n// </script><img>\n</script>\n"],
])("a comment of %s that ends where its lexer does not see it is code", (path, before, after) => {
  expect(differsInCommentsOnly(path, before, after)).toBe(false);
});

test("comments beside joined lines and escapes that stay may change", () => {
  const text = (comment: string) =>
    `// ${comment}\nconst a = "\\u2028";\nconst b = "x\\\ny";\nf(); // ${comment}\n`;
  expect(differsInCommentsOnly("a.js", text("one"), text("another one"))).toBe(true);
});

test("MDX is no document, since it runs", () => {
  expect(isDocument("src/page.mdx")).toBe(false);
  expect(isDocument("src/page.md")).toBe(true);
});
