import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTree } from "../insight/tree-fixture.test.support.ts";
import { CodeIndex } from "./code-index.ts";

const noGit = () => Promise.reject(new Error("no git here"));
const files = {
  "a.ts": 'import { b } from "./b.ts";\nexport const a = b;\n',
  "b.ts": "export const b = 1;\n",
};

test("a tree is asked in another thread, and callers at the same time share the work", async () => {
  using state = makeTree();
  using tree = makeTree(files);
  await using index = new CodeIndex({ directory: join(state.root, "index"), git: noGit });
  const place = { owner: "prj_1", root: tree.root };
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => index.open(place)));
  expect(first?.summary).toEqual({ files: 2, read: 2, changed: 2 });
  expect(second?.summary).toBe(third?.summary);
  expect(await first?.ask("importers", { path: "b.ts" })).toEqual([
    { from: "a.ts", to: "b.ts", line: 1 },
  ]);
  tree.write({ "b.ts": "export const b = 1;\nexport const more = 2;\n" });
  expect(await index.changed(place, ["b.ts"])).toEqual({ files: 2, read: 1, changed: 1 });
  expect((await first?.ask("references", { symbol: "more" }))?.definitions).toHaveLength(1);
});

test("a question about a file that is not there says what to do", async () => {
  using state = makeTree();
  using tree = makeTree(files);
  await using index = new CodeIndex({ directory: state.root, git: noGit });
  const opened = await index.open({ owner: "prj_1", root: tree.root });
  await expect(opened.ask("imports", { path: "none.ts" })).rejects.toMatchObject({
    kind: "notFound",
    message:
      "no file none.ts in the index: name it from the root of the project, as `git ls-files` does",
  });
});

test("an index whose file is damaged is made anew", async () => {
  using state = makeTree();
  using tree = makeTree(files);
  writeFileSync(
    join(state.root, "prj_1.db"),
    "this is no database, whatever its name says".repeat(99),
  );
  await using index = new CodeIndex({ directory: state.root, git: noGit });
  const { summary } = await index.open({ owner: "prj_1", root: tree.root });
  expect(summary).toEqual({ files: 2, read: 2, changed: 2 });
});

test("projects share a thread, and one that nobody asks is let go of alone", async () => {
  using state = makeTree();
  using one = makeTree(files);
  using two = makeTree(files);
  await using index = new CodeIndex({ directory: state.root, git: noGit, idleMs: 1 });
  const place = { owner: "prj_1", root: one.root };
  const [first, second] = await Promise.all([
    index.open(place),
    index.open({ owner: "prj_2", root: two.root }),
  ]);
  for (const opened of [first, second]) {
    expect(await opened.ask("importers", { path: "b.ts" })).toHaveLength(1);
  }
  one.write({ "c.ts": 'import "./b.ts";\n' });
  expect((await index.open(place)).summary).toMatchObject({ files: 3, read: 1 });
});
