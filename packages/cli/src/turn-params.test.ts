import type { ThreadId } from "@heddle/protocol";
import { expect, test } from "vitest";
import { turnParams } from "./turn-params.ts";

const params = (model: string) => {
  const { threadId: _, input: __, ...rest } = turnParams("thr_1" as ThreadId, "hi", { model });
  return rest;
};

test("what is given as the model may be a role; all else is a model's name", () => {
  expect(params("fast")).toEqual({ role: "fast" });
  expect(params("ollama/fast")).toEqual({ model: "ollama/fast" });
  expect(params("quick")).toEqual({ model: "quick" });
});
