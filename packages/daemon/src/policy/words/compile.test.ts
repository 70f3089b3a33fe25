import { readFileSync } from "node:fs";
import type { PolicyRule } from "@heddle/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { wordsOf } from "./read-back.ts";
import { rules } from "./rules.test.data.ts";
import { nearestTemplates, templates } from "./templates.ts";

type Row =
  | { readonly say: string; readonly means: string[]; readonly rules: PolicyRule[] }
  | { readonly say: string; readonly refused: string };

const file = new URL("../corpus/sentences.jsonl", import.meta.url);
const corpus = readFileSync(file, "utf8").trim().split("\n");
const rows = corpus.map((line) => JSON.parse(line) as Row);

function rulesOf(text: string): PolicyRule[] {
  return compile(text).map((one) => {
    if ("rule" in one) return one.rule;
    throw new Error(`${one.sentence}: ${one.refusal}`);
  });
}

describe("the corpus of sentences", () => {
  test("has at least 150 sentences that mean something, none of them twice", () => {
    expect(rows.filter((row) => "rules" in row).length).toBeGreaterThan(150);
    expect(new Set(rows.map(({ say }) => say)).size).toBe(rows.length);
  });

  test.each(rows.filter((row) => "rules" in row))("$say", ({ say, means, rules }) => {
    expect(rulesOf(say)).toEqual(rules);
    expect(rules.map(wordsOf)).toEqual(means);
  });

  test.each(rows.filter((row) => "refused" in row))("refuses: $say", ({ say, refused }) => {
    expect(compile(say)).toContainEqual(expect.objectContaining({ refusal: refused }));
  });
});

test("what is read back compiles to the same rules again", () => {
  fc.assert(
    fc.property(fc.array(rules, { minLength: 1, maxLength: 4 }), (some) => {
      expect(rulesOf(some.map(wordsOf).join(" "))).toEqual(some);
    }),
    { numRuns: 300 },
  );
});

test("no text at all makes the compiler fail, or take what cannot be read back", () => {
  const words = templates.flatMap(({ example }) => example.split(" "));
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 14 })
      .map((list) => list.join(" ")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const taken = compile(text).filter((one) => "rule" in one);
      for (const { rule } of taken) expect(rulesOf(wordsOf(rule))).toEqual([rule]);
    }),
    { numRuns: 500 },
  );
});

test.each(templates)("the form $form has an example that compiles", ({ example }) => {
  expect(rulesOf(example)).toHaveLength(1);
});

test("the documentation has every form with its example", () => {
  const page = readFileSync(new URL("../../../../../docs/policies.md", import.meta.url), "utf8");
  const missing = templates.filter(
    ({ form, example }) => !page.includes(`| ${form} | \`${example}\` |`),
  );
  expect(missing).toEqual([]);
});

test.each([
  ["Ask before large changes", "Ask before making changes over N lines"],
  ["Don't remove too many files", "Ask before deleting more than N files"],
  ["Never spend a lot in one day", "Never spend more than $N in one day"],
  ["No network please", "Ask before using the network"],
])("%s is offered the form %s", (sentence, form) => {
  expect(nearestTemplates(sentence).map((template) => template.form)).toContain(form);
});
