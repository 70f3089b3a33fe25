import { expect, test } from "vitest";
import { Completion } from "./completion.ts";
import { threadOf } from "./fixture.test.support.ts";
import { partsOf } from "./parts.ts";

const completion = new Completion({
  files: async () => ["README.md", "src/okapi.ts", "src/with space.ts", "escape\x1b]52;c;x\x07.md"],
  threads: async () => [threadOf({ title: "Okapi\x1b" }), threadOf({ title: "Zebra" })],
});

async function suggested(line: string): Promise<string[]> {
  const found = await completion.getSuggestions([line], 0, line.length);
  return (found?.items ?? []).map(({ value }) => value);
}

test("commands are completed at the beginning only", async () => {
  expect(await suggested("/pla")).toEqual(["/plan", "/plan-mode"]);
  expect(await suggested("see /pla")).toEqual([]);
  expect(await suggested("/nothing")).toEqual([]);
});

test("files are completed behind an @, and threads behind /sidebar", async () => {
  expect(await suggested("look at @oka")).toEqual(["@src/okapi.ts"]);
  expect(await suggested("mail a@oka")).toEqual([]);
  expect(await suggested("@space")).toEqual([]);
  expect(await suggested("@escape")).toEqual([]);
  const found = await completion.getSuggestions(["/sidebar oka"], 0, 12);
  expect(found?.items.map(({ label }) => label)).toEqual([
    expect.stringMatching(/^\w{8} Okapi\\x1b$/),
  ]);
});

test("a completion takes the place of what was typed", () => {
  const item = { value: "@src/okapi.ts", label: "" };
  expect(completion.applyCompletion(["a @ok b"], 0, 5, item, "@ok")).toEqual({
    lines: ["a @src/okapi.ts b"],
    cursorLine: 0,
    cursorCol: 16,
  });
});

test("a message has the files that it names and that there are, once", () => {
  const text = "@a.ts and @a.ts, not @b.ts or x@a.ts";
  expect(partsOf(text, (path) => path === "a.ts")).toEqual([
    { type: "text", text },
    { type: "file", path: "a.ts" },
  ]);
});
