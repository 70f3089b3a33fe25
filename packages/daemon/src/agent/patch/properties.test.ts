import fc from "fast-check";
import { expect, test } from "vitest";
import { planPatch } from "./apply.ts";
import { patchOf } from "./mutations.test.data.ts";

const word = fc.constantFrom(
  "",
  "}",
  "return;",
  "  a();",
  "\tb();",
  "x = 1",
  "caf\u00e9",
  "\u201cq\u201d",
  "\r",
);
const eol = fc.constantFrom("\n", "\r\n");

interface Line {
  readonly text: string;
  readonly eol: string;
}

/** A file, and what stands in it after some of its lines have been replaced by others. */
const edit = fc.record({
  bom: fc.boolean(),
  finalNewline: fc.boolean(),
  eol,
  head: fc.array(word, { maxLength: 8 }),
  removed: fc.array(word, { maxLength: 3 }),
  added: fc.array(
    word.filter((text) => text !== "\r"),
    { maxLength: 4 },
  ),
  tail: fc.array(word, { maxLength: 8 }),
});

function fileOf(
  texts: readonly string[],
  shape: { bom: boolean; finalNewline: boolean; eol: string },
): Buffer {
  const text = texts.join(shape.eol) + (shape.finalNewline && texts.length > 0 ? shape.eol : "");
  return Buffer.from((shape.bom ? "\ufeff" : "") + text);
}

const prefixed = (prefix: string, texts: readonly string[]): string[] =>
  texts.map((text) => prefix + text);

const sourceOf = (bytes: Buffer): Parameters<typeof planPatch>[1] => ({
  resolve: (path) => path,
  read: async () => bytes,
});

test("a patch with the whole file as context gives exactly the new file", async () => {
  await fc.assert(
    fc.asyncProperty(edit, async ({ head, removed, added, tail, ...shape }) => {
      const old = [...head, ...removed, ...tail];
      const next = [...head, ...added, ...tail];
      // A last line that is empty and unended is no line of the file.
      fc.pre(old.at(-1) !== "" && next.length > 0 && next.at(-1) !== "");
      fc.pre(old.length > 0 && old.every((text) => text !== "\r"));
      const before = fileOf(old, shape);
      const after = fileOf(next, shape);
      // One line without an ending does not tell which ending the file uses.
      fc.pre(
        !before.equals(after) && !(old.length === 1 && !shape.finalNewline && shape.eol === "\r\n"),
      );
      const lines = [
        ...prefixed(" ", head),
        ...prefixed("-", removed),
        ...prefixed("+", added),
        ...prefixed(" ", tail),
      ];
      const [change] = await planPatch(patchOf(["@@", ...lines].join("\n")), sourceOf(before));
      expect(change?.after).toEqual(after);
    }),
    { numRuns: 400 },
  );
});

const randomHunk = fc.array(fc.tuple(fc.constantFrom(" ", "-", "+"), word), {
  minLength: 1,
  maxLength: 6,
});
const anyFile = fc
  .array(fc.record({ text: word, eol }), { maxLength: 20 })
  .map((lines: Line[]) => lines.map((line) => line.text + line.eol).join(""));

test("any patch is refused, or only replaces lines that it names by lines that it adds", async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, randomHunk, async (text, hunk) => {
      const before = Buffer.from(text);
      const patch = patchOf(["@@", ...hunk.map((line) => line.join(""))].join("\n"));
      const changes = await planPatch(patch, sourceOf(before)).catch((error: unknown) => {
        expect(error).toMatchObject({ kind: "patchRefused" });
        return undefined;
      });
      expect(before.toString()).toBe(text);
      if (changes === undefined) return;
      const count = (of: string): number => of.split("\n").length - 1;
      const { added = 0, removed = 0, after } = changes[0] ?? {};
      expect(count(after?.toString() ?? "") - count(text)).toBe(added - removed);
    }),
    { numRuns: 600 },
  );
});

test("any text is read as a patch or refused, and nothing else", async () => {
  const piece = fc.constantFrom(
    "*** Begin Patch",
    "*** End Patch",
    "*** Update File: a",
    "*** Add File: b",
    "*** Move to: c",
    "*** End of File",
    "@@",
    "@@ x",
    "+x",
    "-x",
    " x",
    "",
    "x",
    "*** ",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (lines) => {
      const outcome = await planPatch(lines.join("\n"), sourceOf(Buffer.from("x\ny\n"))).catch(
        (error: unknown) => error,
      );
      if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ kind: "patchRefused" });
    }),
    { numRuns: 600 },
  );
});
