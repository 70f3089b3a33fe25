import { expect, test } from "vitest";
import { whenText } from "./words.ts";

test("branches and paths that would act on the terminal are shown as what they are", () => {
  const trigger = {
    type: "commit",
    branches: ["main\x1b[2J"],
    paths: ["src/\u202eab"],
    debounceMs: 0,
  } as const;
  expect(
    whenText({
      trigger: { ...trigger, branches: [...trigger.branches], paths: [...trigger.paths] },
    }),
  ).toBe("commits to main\\x1b[2J in src/\\u{202e}ab");
});
