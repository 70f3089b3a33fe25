import { expect, test } from "vitest";
import { planPatch } from "./apply.ts";
import { describeChanges } from "./echo.ts";

const numbers = Array.from({ length: 100 }, (_, index) => `line ${index + 1}\n`).join("");

async function echoOf(text: string, files: Record<string, string>): Promise<string> {
  const changes = await planPatch(`*** Begin Patch\n${text}\n*** End Patch`, {
    resolve: (path) => path,
    read: async (path) => (Object.hasOwn(files, path) ? Buffer.from(files[path] ?? "") : undefined),
  });
  return describeChanges(changes);
}

test("the echo shows counts, tiers and the lines around each change", async () => {
  const text =
    "*** Update File: a\n@@\n-line 5 \n+five\n@@\n line 90\n+more\n*** Add File: b\n+x\n+y\n*** Delete File: c";
  expect(await echoOf(text, { a: numbers, c: "1\n2\n" })).toBe(
    [
      "updated a +2 -1 (matched but for trailing whitespace)",
      "    3  line 3",
      "    4  line 4",
      "    5  five",
      "    6  line 6",
      "    7  line 7",
      "...",
      "   89  line 89",
      "   90  line 90",
      "   91  more",
      "   92  line 91",
      "   93  line 92",
      "added b +2 -0",
      "deleted c +0 -2",
    ].join("\n"),
  );
});

test("the echo is cut at 40 lines in all, and long lines are cut too", async () => {
  const additions = Array.from({ length: 60 }, (_, index) => `+${index}${"y".repeat(300)}`).join(
    "\n",
  );
  const hunk = `@@\n line 1\n${additions}`;
  const text = `*** Update File: a\n${hunk}\n*** Update File: b\n${hunk}`;
  const lines = (await echoOf(text, { a: numbers, b: numbers })).split("\n");
  expect(lines.filter((line) => /^ *\d+ {2}/.test(line))).toHaveLength(40);
  expect(lines.filter((line) => line.startsWith("..."))).toEqual([
    "... 23 more lines",
    "... 63 more lines",
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(220);
});
