import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTree, type TreeFiles } from "../../os/tree-files.ts";
import { type FileChange, planPatch } from "./apply.ts";
import { finishChanges, journalOf } from "./journal.ts";
import { applyChanges, patchSource } from "./write.ts";

const patch = `*** Begin Patch
*** Update File: a.txt
@@
-one
+1
*** Add File: b.txt
+new
*** Delete File: c.txt
*** Update File: d.txt
*** Move to: e.txt
@@
-four
+4
*** End Patch
`;
const before = { "a.txt": "one\n", "c.txt": "gone\n", "d.txt": "four\n" };
const after = { "a.txt": "1\n", "b.txt": "new\n", "e.txt": "4\n" };
const names = ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"] as const;

let root: string;
let tree: TreeFiles;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-journal-"));
  for (const [name, text] of Object.entries(before)) writeFileSync(join(root, name), text);
  tree = openTree(root);
});
afterEach(() => {
  tree[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

function contents(): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      try {
        return [[name, readFileSync(join(root, name), "utf8")]];
      } catch {
        return [];
      }
    }),
  );
}

const plan = (): Promise<FileChange[]> => planPatch(patch, patchSource(tree));

test.each([0, 1, 2, 3, 4])(
  "a patch of which %i files were written is finished, and finishing it twice changes nothing",
  async (written) => {
    const changes = await plan();
    const journal = journalOf(changes);
    await applyChanges(tree, changes.slice(0, written));
    await finishChanges(tree, journal);
    expect(contents()).toEqual(after);
    await finishChanges(tree, journal);
    expect(contents()).toEqual(after);
  },
);

test("a move of which only the new file was written is finished", async () => {
  const journal = journalOf(await plan());
  writeFileSync(join(root, "e.txt"), "4\n");
  await finishChanges(tree, journal);
  expect(contents()).toEqual(after);
});

test.each(names)("a patch is left alone when somebody changed %s meanwhile", async (name) => {
  const journal = journalOf(await plan());
  writeFileSync(join(root, name), "somebody else's\n");
  const found = contents();
  await expect(finishChanges(tree, journal)).rejects.toMatchObject({ kind: "patchRefused" });
  expect(contents()).toEqual(found);
});
