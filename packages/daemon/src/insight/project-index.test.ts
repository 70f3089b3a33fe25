import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openIndexStore } from "../store/index-store.ts";
import type { BuiltIndex } from "./built-index.ts";
import { codeMap } from "./map.ts";
import { ProjectIndex } from "./project-index.ts";
import { affectedBy, whyImported } from "./reach.ts";
import { definitionSpans, findReferences } from "./references.ts";
import { affectedTests } from "./test-files.ts";
import { indexFiles, makeTree } from "./tree-fixture.test.support.ts";
import { listingArgs } from "./walk.ts";

const open = (path = ":memory:") => new ProjectIndex(openIndexStore(path, "test"));

/** Everything that an index says of its files, without the order in which names were met. */
function contentOf(index: BuiltIndex) {
  return index.files.map((file, number) => ({
    file,
    definitions: file.symbols?.definitions,
    imports: index.imports[number],
    edges: index.edgesFrom(number),
  }));
}

const small = {
  "a.ts": 'import { b } from "./b.ts";\nexport const a = b + b;\n',
  "b.ts": "export const b = 1;\n",
  "a.test.ts": 'import { a } from "./a.ts";\na;\n',
  "README.md": "# words\n",
};

test("nothing is read again that did not change, in another daemon either", async () => {
  using state = makeTree();
  using tree = makeTree(small);
  // A file is trusted once some time has passed since it was changed.
  execFileSync("touch", ["-d", "2 hours ago", ...Object.keys(small)], { cwd: tree.root });
  const database = join(state.root, "index.db");
  const { root } = tree;
  {
    using index = open(database);
    expect(await index.refresh({ root })).toEqual({ files: 4, read: 3, changed: 4 });
    expect(await index.refresh({ root })).toEqual({ files: 4, read: 0, changed: 0 });
  }
  using index = open(database);
  expect(await index.refresh({ root })).toEqual({ files: 4, read: 0, changed: 0 });
  expect(index.indexOf(root).files.map(({ path }) => path)).toEqual([
    "README.md",
    "a.test.ts",
    "a.ts",
    "b.ts",
  ]);
});

test("a worktree reads only what differs from the project", async () => {
  using tree = makeTree(small);
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd });
  git(tree.root, "init", "-q");
  git(tree.root, "add", ".");
  git(tree.root, "commit", "-qm", "first");
  using place = makeTree();
  const worktree = join(place.root, "worktree");
  git(tree.root, "worktree", "add", "-q", worktree);
  using index = open();
  const refresh = (root: string) => index.refresh({ root, listing: git(root, ...listingArgs) });

  expect(await refresh(tree.root)).toMatchObject({ read: 3 });
  expect(await refresh(worktree)).toMatchObject({ files: 4, read: 0 });
  execFileSync("bash", ["-c", "echo 'export const c = 2;' >> b.ts"], { cwd: worktree });
  expect(await refresh(worktree)).toMatchObject({ read: 1, changed: 1 });
  const definitions = (root: string) =>
    index.indexOf(root).files.at(-1)?.symbols?.definitions.length;
  expect([definitions(tree.root), definitions(worktree)]).toEqual([1, 2]);
});

test("after changed, new and removed files the index is as if it were made anew", async () => {
  using tree = makeTree(small);
  using index = open();
  const { root } = tree;
  await index.refresh({ root });
  index.indexOf(root);
  const isAsNew = async () => {
    using fresh = open();
    await fresh.refresh({ root });
    expect(contentOf(index.indexOf(root))).toEqual(contentOf(fresh.indexOf(root)));
  };

  tree.write({ "b.ts": "export const b = 2;\nexport function longName() {}\n" });
  expect(index.change(root, ["b.ts"])).toEqual({ files: 4, read: 1, changed: 1 });
  await isAsNew();
  tree.write({ "a.ts": 'import { longName } from "./b.ts";\nimport "./new.ts";\nlongName();\n' });
  tree.write({ "new.ts": "export const fresh = 1;\n" });
  index.change(root, ["a.ts", "new.ts"]);
  await isAsNew();
  rmSync(join(root, "b.ts"));
  index.change(root, ["b.ts"]);
  await isAsNew();
  tree.write({ "package.json": '{"name": "me", "exports": "./a.ts"}', "c.ts": 'import "me";' });
  await index.refresh({ root });
  await isAsNew();
});

test("many files are lexed in threads, with the same result", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 150 }, (_, at) => [
      `src/f${at}.ts`,
      `import { n${at + 1} } from "./f${at + 1}.ts";\nexport const n${at} = n${at + 1};\n`,
    ]),
  );
  using tree = makeTree(files);
  const { root } = tree;
  using whole = open();
  const summary = await whole.refresh({ root });
  expect(summary.read).toBe(150);
  using partly = open();
  for (const path of Object.keys(files)) partly.change(root, [path]);
  expect(contentOf(whole.indexOf(root))).toEqual(contentOf(partly.indexOf(root)));
});

test("what cannot be read is counted, with its reason, and hinders nothing", async () => {
  using tree = makeTree({
    "good.ts": "export const good = 1;\n",
    "broken.ts": 'export const x = `${{{ "\n',
    "latin.py": Buffer.from([0x78, 0x3d, 0x22, 0xe9, 0x22, 0x0a]),
    "binary.js": Buffer.from([1, 0, 2]),
    "app.min.js": "x",
    "bundle.js": `${"a=1;".repeat(20_000)}\n`,
    "huge.ts": Buffer.alloc(5 * 1024 * 1024, 32),
    run: "#!/usr/bin/env python3\nimport os\n",
  });
  symlinkSync("good.ts", join(tree.root, "link.ts"));
  symlinkSync(".", join(tree.root, "loop"));
  execFileSync("mkfifo", [join(tree.root, "pipe.ts")]);
  using index = open();
  await index.refresh({ root: tree.root });
  const built = index.indexOf(tree.root);
  const counts = Object.entries(built.skipped).map(([reason, entry]) => [reason, entry?.examples]);
  expect(Object.fromEntries(counts)).toEqual({
    binary: ["binary.js"],
    minified: ["app.min.js", "bundle.js"],
    tooLarge: ["huge.ts"],
    symlink: ["link.ts", "loop"],
    special: ["pipe.ts"],
  });
  const lexed = built.files.filter(({ symbols }) => symbols).map(({ path }) => path);
  expect(lexed).toEqual(["broken.ts", "good.ts", "latin.py", "run"]);
});

test("what git lists is read unseen, and one that is too large is a file all the same", async () => {
  using tree = makeTree({
    "a.ts": "export const a = 1;\r\n",
    "huge.ts": Buffer.alloc(5 * 1024 * 1024, 32),
  });
  symlinkSync("a.ts", join(tree.root, "link.ts"));
  execFileSync("touch", ["-d", "2 hours ago", "a.ts"], { cwd: tree.root });
  using index = open();
  // Git's content has other line ends than the checkout: its name is not that of what is read.
  const blob = "0123456789".repeat(4);
  const names = ["a.ts", "gone.ts", "huge.ts", "link.ts"];
  const listing = Buffer.from(names.map((name) => `H 100644 ${blob} 0\t${name}\0`).join(""));
  const { root } = tree;
  expect(await index.refresh({ root, listing })).toEqual({ files: 2, read: 4, changed: 2 });
  const { files, skipped } = index.indexOf(root);
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ["a.ts", 21],
    ["huge.ts", 5 * 1024 * 1024],
  ]);
  const reasons = Object.entries(skipped).map(([reason, entry]) => [reason, entry?.examples]);
  expect(Object.fromEntries(reasons)).toEqual({
    tooLarge: ["huge.ts"],
    vanished: ["gone.ts"],
    symlink: ["link.ts"],
  });
  expect(await index.refresh({ root, listing })).toMatchObject({ files: 2, changed: 0 });
  const again = await index.refresh({ root, listing: listing.subarray(0, listing.indexOf(0) + 1) });
  expect(again).toEqual({ files: 1, read: 0, changed: 1 });
});

test("a tree beyond the limits is read in part, and says so until it no longer is", async () => {
  const names = ["a.md", "b.ts", "c.ts", "d.ts"];
  using tree = makeTree(Object.fromEntries(names.map((name) => [name, `export {}; // ${name}`])));
  const { root } = tree;
  // What was written a moment ago is read again, since it may change in the same tick.
  for (const name of names) utimesSync(join(root, name), 1, 1);
  using index = new ProjectIndex(openIndexStore(":memory:", "test"), { files: 4, sources: 2 });
  const partOf = () => {
    const { files, partial, skipped } = index.indexOf(root);
    const read = files.filter(({ symbols }) => symbols).map(({ path }) => path);
    return { files: files.length, read, partial, overLimit: skipped.overLimit?.examples };
  };
  expect(await index.refresh({ root })).toEqual({ files: 4, read: 2, changed: 4 });
  const reason = "it has more sources than are read";
  const half = { files: 4, read: ["b.ts", "c.ts"], overLimit: ["d.ts"] };
  expect(partOf()).toEqual({ ...half, partial: { reason, listed: 4, indexed: 2 } });
  const built = index.indexOf(root);
  expect(await index.refresh({ root })).toEqual({ files: 4, read: 0, changed: 0 });
  expect(index.indexOf(root)).toBe(built);

  tree.write({ "e.ts": "" });
  await index.refresh({ root });
  expect(partOf().partial?.reason).toBe("it has more files than are listed");
  for (const name of ["d.ts", "e.ts"]) rmSync(join(root, name));
  await index.refresh({ root });
  const whole = { files: 3, read: ["b.ts", "c.ts"], partial: undefined, overLimit: undefined };
  expect(partOf()).toEqual(whole);
});

test("a file that goes away, or loses its permissions, while the tree is read is left out", async () => {
  using tree = makeTree({ "a.ts": "export const a = 1;", "b.ts": "export const b = 1;" });
  using index = open();
  const listing = Buffer.from("? a.ts\0? b.ts\0? gone.ts\0");
  chmodSync(join(tree.root, "b.ts"), 0o000);
  await index.refresh({ root: tree.root, listing });
  const built = index.indexOf(tree.root);
  expect(built.skipped.vanished).toEqual({ count: 1, examples: ["gone.ts"] });
  expect(built.numberOf("gone.ts")).toBeUndefined();
  expect(built.numberOf("a.ts")).toBe(0);
});

test("why, and what a change affects", async () => {
  const index = await indexFiles({
    "a.ts": 'import "./b.ts";\n',
    "b.ts": '\nimport "./c.ts";\n',
    "c.ts": 'import "./b.ts";\nimport type { T } from "./a.ts";\n',
    "b.test.ts": 'import "./b.ts";\n',
    "other.test.ts": "",
  });
  const at = (path: string) => index.numberOf(path) ?? -1;
  expect(whyImported(index, at("a.ts"), at("c.ts"))).toEqual([
    { from: "a.ts", to: "b.ts", line: 1 },
    { from: "b.ts", to: "c.ts", line: 2 },
  ]);
  expect(whyImported(index, at("other.test.ts"), at("c.ts"))).toBeUndefined();
  expect(affectedBy(index, [at("c.ts")]).length).toBe(4);
  expect(affectedTests(index, ["c.ts"])).toEqual({ tests: ["b.test.ts"], narrowed: true });
});

test("the tests of a Go package are affected by its files, which they do not import", async () => {
  const index = await indexFiles({
    "go.mod": "module x.y/z\n",
    "p/a.go": "package p\n\nfunc Compute() int { return 1 }\n",
    "p/a_test.go": "package p\n\nfunc TestCompute(t *testing.T) { Compute() }\n",
  });
  expect(affectedTests(index, ["p/a.go"])).toEqual({ tests: ["p/a_test.go"], narrowed: true });
});

test("references tell definitions from uses, and the sure users come first", async () => {
  using tree = makeTree({
    "0.ts": "export const other = { target: 1 };\n",
    "a.ts": "export function target() {}\n",
    "b.ts": 'import { target } from "./a.ts";\n\ntarget();\n',
  });
  using index = open();
  await index.refresh({ root: tree.root });
  expect(findReferences(index.indexOf(tree.root), "target")).toEqual({
    name: "target",
    definitions: [{ path: "a.ts", line: 1, kind: "function", exported: true }],
    uses: [
      { path: "b.ts", lines: [1, 3] },
      { path: "0.ts", lines: [1] },
    ],
    more: 0,
  });
});

test("a definition is told with its last line, where a grammar knows it", async () => {
  using tree = makeTree({
    "a.ts": "export class A {\n  run() {\n    return 1;\n  }\n}\n",
    "b.kt": "class B {\n  fun run() {\n  }\n}\n",
  });
  using index = open();
  await index.refresh({ root: tree.root });
  const spans = await definitionSpans(index.indexOf(tree.root), "run", 10);
  expect(spans.map(({ path, line, endLine, text }) => [path, line, endLine, text])).toEqual([
    ["a.ts", 2, 4, "run() {"],
    ["b.kt", 2, 2, "fun run() {"],
  ]);
  expect(await definitionSpans(index.indexOf(tree.root), "A.run", 10)).toHaveLength(1);
});

test("the map begins with the focus, keeps to its budget and leaves tests out", async () => {
  const index = await indexFiles({
    "core.ts": "export function core() {}\nexport function unused() {}\n",
    "x.ts": 'import { core } from "./core.ts";\nexport const x = core();\n',
    "y.ts": 'import { core } from "./core.ts";\nexport const y = core();\n',
    "x.test.ts": 'import { x } from "./x.ts";\nexport const tested = x;\n',
  });
  expect(codeMap(index, { budget: 100 }).text).toBe(
    "core.ts: 1 core, 2 unused\nx.ts: 2 x\ny.ts: 2 y",
  );
  const focused = codeMap(index, { budget: 100, focus: ["y.ts"] });
  expect(focused.text.split("\n").slice(0, 2)).toEqual(["y.ts: 2 y", "core.ts: 1 core, 2 unused"]);
  const tight = codeMap(index, { budget: 6, bytesPerToken: 3 });
  expect(tight).toEqual({ text: "core.ts: 1 core", files: 1, symbols: 1 });
});
