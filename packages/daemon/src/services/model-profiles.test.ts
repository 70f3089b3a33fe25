import { expect, test } from "vitest";
import { editToolOf } from "./model-profiles.ts";

test.each([
  ["gpt-5.3-codex", "apply_patch"],
  ["gpt-5.3-codex-spark", "apply_patch"],
  ["gpt-oss:20b", "apply_patch"],
  ["openai/gpt-oss-120b", "apply_patch"],
  ["codex-mini-latest", "apply_patch"],
  ["gpt-4o", "edit"],
  ["qwen3-coder:30b", "edit"],
  ["Qwen/Qwen3-Coder-30B-A3B", "edit"],
  ["llama3.3", "edit"],
])("%s edits with %s", (model, tool) => {
  expect(editToolOf(model, {})).toBe(tool);
});

test("what the user says of a family goes before that, the longest beginning first", () => {
  const own = { qwen3: "apply_patch", "qwen3-coder": "edit", "gpt-5": "edit" } as const;
  expect(editToolOf("qwen3:8b", own)).toBe("apply_patch");
  expect(editToolOf("qwen3-coder:30b", own)).toBe("edit");
  expect(editToolOf("gpt-5.3-codex", own)).toBe("edit");
});
