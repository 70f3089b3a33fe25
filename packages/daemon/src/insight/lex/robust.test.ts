import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOnly, commentSpans, identifierLines, lexFile } from "./index.ts";
import { readers } from "./readers.ts";
import type { Language } from "./types.ts";

const languages = Object.keys(readers) as Language[];
const pieces = fc.constantFrom(
  ..."{ } ( ) [ ] < > / /* */ // # \" ' ` ``` \"\"\" ''' ${ #{ \\ \\( = => -> : :: ; , . ... @ ! ? <<~A <<<A".split(
    " ",
  ),
  ..."class function def import from export default const let fn use mod impl namespace using".split(
    " ",
  ),
  ..."package func type struct enum trait interface var val fun require include extension case".split(
    " ",
  ),
  ...'template #include #define r# R"( f" <div </div> <> </> /> a b C 1 0x1F 1.5 é 𝒳 \u0000 \ufffd'.split(
    " ",
  ),
);
const fragments = fc.array(fc.oneof(pieces, fc.constantFrom(" ", "\n", "  ")), { maxLength: 60 });
const text = fc.oneof(
  fragments.map((parts) => parts.join("")),
  fragments.map((parts) => parts.join(" ")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

/** Where a reader that looks ahead could look at the same text again and again. */
const repeated =
  '{ ( [ < <a> <> ${ `${ a<b, class\tA{ [a,{b: """ f\'{ @ use\ta::{ /* <<~A\n mod\ta{ template< namespace\ta{ (/[ # class\ta\t case\ta:'.split(
    " ",
  );

describe.each(languages)("%s", (language) => {
  const paths = [`a.${language}`, "a.tsx", "a.vue"];

  test("is read whatever the text, and every line named is one of it", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...paths), (source, path) => {
        const symbols = lexFile(language, source, path);
        const lines = source.split("\n").length;
        for (const { line } of [...symbols.imports, ...symbols.definitions, ...symbols.todos]) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
        }
        expect(symbols.lines).toBe(source === "" ? 0 : lines - (source.endsWith("\n") ? 1 : 0));
        for (const [, count] of symbols.references) expect(count).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  test("has comments that follow each other within the text", () => {
    fc.assert(
      fc.property(text, (source) => {
        let done = 0;
        for (const [start, end] of commentSpans(language, source)) {
          expect(start).toBeGreaterThanOrEqual(done);
          expect(end).toBeGreaterThan(start);
          done = end;
        }
        expect(done).toBeLessThanOrEqual(source.length);
      }),
    );
  });

  test("gives the same for the same text, whatever was read before", () => {
    fc.assert(
      fc.property(text, text, (source, other) => {
        const before = lexFile(language, source, paths[0] ?? "");
        lexFile(language, other, paths[0] ?? "");
        expect(lexFile(language, source, paths[0] ?? "")).toEqual(before);
        expect(codeOnly(language, source)).toBe(codeOnly(language, source));
        expect(identifierLines(language, source, "a").every((line) => line > 0)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("is not slowed down by the same piece over and over", () => {
    for (const piece of repeated) {
      const source = `const x = ${piece.repeat(Math.ceil(100_000 / piece.length))}`;
      const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
      expect(lexFile(language, source, "a.tsx").lines).toBe(lines);
    }
  });
});
