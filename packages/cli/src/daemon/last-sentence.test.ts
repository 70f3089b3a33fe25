import { expect, test } from "vitest";
import { lastSentence } from "./last-sentence.ts";

test("the last line is what failed", () => {
  const said = "(node:1) Warning: x\nheddle: config.toml:3: unknown key `base_ulr`\n\n";
  expect(lastSentence(said)).toBe("config.toml:3: unknown key `base_ulr`");
});

test("of a crash, the error is shown and the stack is not", () => {
  const said =
    "file:///d/main.js:1\nthrow new Error('x')\n^\n\nError [ERR_X]: it broke\n" +
    "    at main (file:///d/main.js:1:7)\n    at file:///d/main.js:9:1\n\nNode.js v24.21.0\n";
  expect(lastSentence(said)).toBe("it broke");
});

test("of a crash that the daemon reports itself, too", () => {
  const said = "heddle: TypeError: x is not a function\n    at main (file:///d/main.js:1:7)\n";
  expect(lastSentence(said)).toBe("x is not a function");
});

test("a silent end has no sentence", () => {
  expect(lastSentence("\n")).toBeUndefined();
});
