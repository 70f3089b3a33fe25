import { expect, test } from "vitest";
import { openIndexStore } from "../../store/index-store.ts";
import { ProjectIndex } from "../project-index.ts";
import { makeTree } from "../tree-fixture.test.support.ts";
import { deadFilesOf } from "./dead-files.ts";
import { subjectOf } from "./subject.ts";

async function deadIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  using tree = makeTree(files);
  using index = new ProjectIndex(openIndexStore(":memory:", "test"));
  await index.refresh({ root: tree.root });
  const { rows } = deadFilesOf(subjectOf(index.indexOf(tree.root)));
  return rows.map(({ place }) => place.path);
}

test("a source that nothing imports, runs or names is told, the longest first", async () => {
  const dead = await deadIn({
    "used.ts": "export const used = 1;\n",
    start: '#!/usr/bin/env node\nimport { used } from "./used.ts";\nused;\n',
    "short.ts": "export const short = 1;\n",
    "long.ts": "export const long = 1;\nexport const longer = 2;\n",
    "short.test.ts": "export {};\n",
  });
  expect(dead).toEqual(["long.ts", "short.ts"]);
});

test.each([
  ["a document by its name", { "README.md": "See old.ts.\n" }],
  ["settings by its module", { "app.ini": "run = src.old\n" }],
  ["a source in a path", { "main.ts": 'new Worker("./old.js");\n' }],
  ["a source without an ending", { "main.ts": "load(`src/old`);\n" }],
  ["a source as the last part of a dotted name", { "main.ts": 'load("src.old");\n' }],
  ["a source with several endings", { "main.ts": 'load("x/old.ts");\n' }],
])("a source is not dead that is named in %s", async (_, naming) => {
  const old = { "src/old.ts": "export const forgotten = 1;\n" };
  expect(await deadIn(old)).toEqual(["src/old.ts"]);
  expect(await deadIn({ ...old, ...naming })).not.toContain("src/old.ts");
});

test("its own text, and a longer word that ends as it, do not name a source", async () => {
  const dead = await deadIn({
    "src/old.ts": 'export const name = "old";\n',
    "src/main.ts": 'export const words = ["bold", "fold.ts", "old fashioned"];\n',
  });
  expect(dead).toContain("src/old.ts");
});
