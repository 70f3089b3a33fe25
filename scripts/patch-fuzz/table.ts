import { planPatch } from "../../packages/daemon/src/agent/patch/apply.ts";
import {
  type Case,
  type MutationName,
  mutations,
  seededRandom,
} from "../../packages/daemon/src/agent/patch/mutations.test.data.ts";
import type { SourcedChange } from "./changes.ts";
import { applyUsually } from "./usual-matcher.ts";

/** Percent of the cases of a mutation. */
export interface Outcomes {
  readonly correct: number;
  readonly wrong: number;
  readonly refused: number;
}

export interface Row {
  readonly mutation: MutationName;
  readonly cases: number;
  readonly usual: Outcomes;
  readonly ours: Outcomes;
  /** The patches that ours applied in another way than their author. */
  readonly wrong: readonly Case[];
}

/** Patches each file in one way in which models or files are off, with both matchers. */
export async function measureRow(
  mutation: MutationName,
  changes: readonly SourcedChange[],
  count: number,
  seed: number,
): Promise<Row> {
  const usual = { correct: 0, wrong: 0, refused: 0 };
  const ours = { correct: 0, wrong: 0, refused: 0 };
  const wrong: Case[] = [];
  const cases = casesOf(mutation, changes, count, seed);
  for (const one of cases) {
    usual[outcome(applyUsually(one.patch, one.before), one)] += 1;
    const result = outcome(await applyOurs(one), one);
    ours[result] += 1;
    if (result === "wrong") wrong.push(one);
  }
  const of = cases.length;
  return { mutation, cases: of, usual: percent(usual, of), ours: percent(ours, of), wrong };
}

function casesOf(
  mutation: MutationName,
  changes: readonly SourcedChange[],
  count: number,
  seed: number,
): Case[] {
  const random = seededRandom(seed);
  const cases: Case[] = [];
  for (const change of changes) {
    if (cases.length === count) break;
    const made = mutations[mutation]({ ...change, random });
    if (made && made.before !== made.after) cases.push(made);
  }
  return cases;
}

const outcome = (result: string | undefined, { after }: Case): keyof Outcomes => {
  if (result === undefined) return "refused";
  return result === after ? "correct" : "wrong";
};

async function applyOurs({ patch, before }: Case): Promise<string | undefined> {
  const source = { resolve: (path: string) => path, read: async () => Buffer.from(before) };
  try {
    const [change] = await planPatch(patch, source);
    return change?.after?.toString();
  } catch (error) {
    if (error instanceof Error && "kind" in error && error.kind === "patchRefused")
      return undefined;
    throw error;
  }
}

function percent(counts: Outcomes, of: number): Outcomes {
  const share = (count: number): number => Math.round((10_000 * count) / of) / 100;
  return {
    correct: share(counts.correct),
    wrong: share(counts.wrong),
    refused: share(counts.refused),
  };
}
