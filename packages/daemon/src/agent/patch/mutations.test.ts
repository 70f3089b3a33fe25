import { expect, test } from "vitest";
import { planPatch } from "./apply.ts";
import { type Case, type MutationName, mutations } from "./mutations.test.data.ts";
import { casesOf } from "./random-changes.test.data.ts";

const cases = 600;

/**
 * At least so many percent must come out right; none may come out wrong. What became of a place that
 * is gone, or changed around the patch, is for the whole campaign: these samples repeat themselves.
 */
const table: Record<Exclude<MutationName, "placeGone" | "contextChanged">, number> = {
  clean: 98.3,
  cleanOneContextLine: 84,
  cleanOneContextLineAndHeaders: 90,
  crlfFile: 98.3,
  tabsToBlanks: 96,
  staleContextLine: 94,
  repeatedHeader: 98.3,
  sameHeaderTwice: 98,
  unifiedHeader: 98.3,
  trailingBlanksInFile: 98.3,
  typographicQuotesInFile: 98.3,
  staleDeletedLine: 0,
};

type Outcome = "correct" | "wrong" | "refused";

async function outcomeOf({ patch, before, after }: Case): Promise<Outcome> {
  const source = { resolve: (path: string) => path, read: async () => Buffer.from(before) };
  try {
    const [change] = await planPatch(patch, source);
    return change?.after?.toString() === after ? "correct" : "wrong";
  } catch (error) {
    expect(error).toMatchObject({ kind: "patchRefused" });
    return "refused";
  }
}

async function measure(mutation: MutationName): Promise<Record<Outcome, number>> {
  const counts = { correct: 0, wrong: 0, refused: 0 };
  for (const one of casesOf(mutations[mutation], cases)) counts[await outcomeOf(one)] += 1;
  return counts;
}

test.for(Object.entries(table) as [keyof typeof table, number][])(
  "a patch with the mutation %s is applied right or not at all",
  async ([mutation, leastCorrect]) => {
    const { correct, wrong, refused } = await measure(mutation);
    expect(wrong).toBe(0);
    expect(correct + refused).toBe(cases);
    expect((100 * correct) / cases).toBeGreaterThanOrEqual(leastCorrect);
  },
);
