import { expect, test } from "vitest";
import { caseOf } from "./naming.ts";

test.each([
  ["parse_log", "snake_case"],
  ["_private_name", "snake_case"],
  ["parseLog", "camelCase"],
  ["ParseLog", "PascalCase"],
  ["MAX_SIZE", "UPPER_CASE"],
  ["git-log", "kebab-case"],
  ["parse", undefined],
  ["__init__", undefined],
  ["HTTP", undefined],
])("%s is written in %s", (name, kind) => {
  expect(caseOf(name)).toBe(kind);
});
