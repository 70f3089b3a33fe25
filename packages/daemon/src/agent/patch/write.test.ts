import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTree, type TreeFiles } from "../../os/tree-files.ts";
import { type FileChange, planPatch } from "./apply.ts";
import { applyChanges, patchSource } from "./write.ts";

let root: string;
let tree: TreeFiles;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-patch-"));
  writeFileSync(join(root, "a"), "1\n2\n");
  writeFileSync(join(root, "b"), "b\n");
  writeFileSync(join(root, "script"), "#!/bin/sh\n");
  chmodSync(join(root, "script"), 0o755);
  tree = openTree(root);
});

afterEach(() => {
  tree[Symbol.dispose]();
  rmSync(root, { recursive: true, force: true });
});

const patch = [
  "*** Begin Patch",
  "*** Update File: a",
  "@@",
  "-1",
  "+one",
  "*** Update File: script",
  "*** Move to: bin/run",
  "@@",
  " #!/bin/sh",
  "+exit 0",
  "*** Add File: made/new/c",
  "+c",
  "*** Delete File: b",
  "*** End Patch",
].join("\n");

const plan = (): Promise<FileChange[]> => planPatch(patch, patchSource(tree));

/** Every file and directory of the tree, with its text. */
function everything(): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [
        path.slice(root.length + 1),
        entry.isFile() ? readFileSync(path, "utf8") : "(directory)",
      ];
    }),
  );
}

test("all changes are written, and a moved file keeps its permission bits", async () => {
  await applyChanges(tree, await plan());
  expect(everything()).toEqual({
    a: "one\n2\n",
    bin: "(directory)",
    "bin/run": "#!/bin/sh\nexit 0\n",
    made: "(directory)",
    "made/new": "(directory)",
    "made/new/c": "c\n",
  });
  expect(statSync(join(root, "bin/run")).mode & 0o777).toBe(0o755);
});

test("a file that changed after the plan refuses all of it", async () => {
  const changes = await plan();
  writeFileSync(join(root, "b"), "other\n");
  const before = everything();
  await expect(applyChanges(tree, changes)).rejects.toMatchObject({ kind: "patchRefused" });
  expect(everything()).toEqual(before);
});

test("a file that appeared after the plan refuses all of it", async () => {
  const changes = await plan();
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "bin/run"), "theirs");
  const before = everything();
  await expect(applyChanges(tree, changes)).rejects.toMatchObject({ kind: "patchRefused" });
  expect(everything()).toEqual(before);
});

test("a write that fails takes back those before it, directories and modes too", async () => {
  const changes = await plan();
  const [update] = changes;
  if (update === undefined) throw new Error("the plan is empty");
  const unwritable = { ...update, kind: "add", path: "x".repeat(300), before: undefined } as const;
  const before = everything();
  await expect(
    applyChanges(tree, [...changes, { ...unwritable, path: `made/${unwritable.path}` }]),
  ).rejects.toMatchObject({ kind: "invalidParams" });
  expect(everything()).toEqual(before);
  expect(statSync(join(root, "script")).mode & 0o777).toBe(0o755);
});

test.for(["../x", ".GIT/config", "/etc/x"])("a patch to %s is refused", async (path) => {
  const text = `*** Begin Patch\n*** Add File: ${path}\n+x\n*** End Patch`;
  await expect(planPatch(text, patchSource(tree))).rejects.toMatchObject({
    kind: "outsideWorktree",
  });
});

test("a patch that is refused in its last hunk changes nothing", async () => {
  const before = everything();
  const text = `${patch.replace("*** End Patch", "*** Update File: none\n@@\n-x\n*** End Patch")}`;
  await expect(planPatch(text, patchSource(tree))).rejects.toMatchObject({ kind: "patchRefused" });
  expect(everything()).toEqual(before);
});
