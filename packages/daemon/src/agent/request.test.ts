import { countTokens } from "gpt-tokenizer";
import { expect, test } from "vitest";
import { environmentEntry, userEntry } from "./context/environment.ts";
import { requestOf } from "./request.ts";
import type { TurnHost } from "./turn-host.ts";

const environment = environmentEntry({
  worktree: "/home/ada/.local/state/heddle/worktrees/prj_01990000-0000-7000/fix-the-slug-generator",
  branch: "heddle/fix-the-slug-generator",
  target: "main",
  policy: "workspace",
  checks: ["npm test", "npm run lint"],
  ports: [40_000, 40_009],
  date: "2026-11-25",
});

test("the first request has at most 2,600 tokens beside the user's own words", () => {
  const patching = { tool: "apply_patch" };
  const phase = { mode: "implement" };
  const mcp = { offers: [] };
  const thread = { model: "gpt-5.3-codex", cacheKey: "thr_1", effort: undefined };
  const asked = { ...thread, patching, phase, mcp };
  const host = asked as unknown as TurnHost;
  const words = userEntry([{ type: "input_text", text: "" }]);
  const { instructions, tools, input } = requestOf(host, [environment, words]);
  const tokens = countTokens(instructions) + countTokens(JSON.stringify({ tools, input }));
  expect(tokens).toBeLessThanOrEqual(2600);
  expect(countTokens(instructions)).toBeLessThanOrEqual(1500);
});
