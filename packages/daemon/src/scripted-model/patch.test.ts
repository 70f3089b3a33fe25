import { expect, test } from "vitest";
import { applyChanges, patchText } from "./patch.ts";

const letters = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";

test("a patch carries three lines of context around the lines that change", () => {
  const change = { path: "letters", find: "g", replace: "G\nGG" };
  expect(patchText({ letters }, [change])).toBe(
    "*** Begin Patch\n*** Update File: letters\n@@\n d\n e\n f\n-g\n+G\n+GG\n h\n i\n j\n*** End Patch\n",
  );
  expect(applyChanges({ letters }, [change])).toEqual({
    letters: letters.replace("g", "G\nGG"),
  });
});

test("changes that stand near each other share a hunk, others get one each", () => {
  const changes = [
    { path: "letters", find: "m", replace: "M" },
    { path: "letters", find: "a", replace: "A" },
    { path: "letters", find: "c\nd", replace: "c\nD" },
  ];
  expect(patchText({ letters }, changes)).toBe(
    "*** Begin Patch\n*** Update File: letters\n" +
      "@@\n-a\n+A\n b\n c\n-d\n+D\n e\n f\n g\n@@\n j\n k\n l\n-m\n+M\n*** End Patch\n",
  );
});

test("a new file is added whole", () => {
  expect(patchText({}, [{ path: "new", add: "x\n\ny\n" }])).toBe(
    "*** Begin Patch\n*** Add File: new\n+x\n+\n+y\n*** End Patch\n",
  );
});

test("a text that is missing or stands twice is refused by name", () => {
  const change = (find: string) => [{ path: "letters", find, replace: "x" }];
  expect(() => patchText({ letters }, change("z"))).toThrow('"z" is not in letters');
  expect(() => patchText({ letters: "a a" }, change("a"))).toThrow('"a" is in letters twice');
});
