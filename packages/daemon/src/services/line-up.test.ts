import { expect, test } from "vitest";
import { costOf, knownModel, priceOf } from "./line-up.ts";

const openai = "https://api.openai.com/v1";
const codex = "openai/gpt-5.3-codex";

test("the line-up knows its models at OpenAI's own address only", () => {
  expect(knownModel(codex, openai)).toMatchObject({ use: expect.stringContaining("refactoring") });
  expect(knownModel(codex, "http://127.0.0.1:1/v1")).toBeUndefined();
  expect(knownModel("openai/another", openai)).toBeUndefined();
});

test("a price is dated, and the user's goes before it", () => {
  expect(priceOf(codex, openai, {})).toMatchObject({
    asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
  const own = { [codex]: { input: 1, cachedInput: 0.1, output: 2 } };
  expect(priceOf(codex, openai, own)).toEqual({ ...own[codex], asOf: "config" });
});

test("a model without a known price has none, and none is guessed", () => {
  expect(priceOf("openai/gpt-5.3-codex-spark", openai, {})).toBeUndefined();
  expect(priceOf("constructor", openai, {})).toBeUndefined();
});

test("cached tokens cost less, and reasoning is part of the output", () => {
  const usage = {
    inputTokens: 1_000_000,
    cachedInputTokens: 400_000,
    outputTokens: 100_000,
    reasoningTokens: 60_000,
  };
  const price = { input: 2, cachedInput: 0.5, output: 10, asOf: "config" };
  expect(costOf(usage, price)).toBeCloseTo(1.2 + 0.2 + 1, 9);
});
