import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openIndexStore } from "./index-store.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-index-store-"));
afterAll(() => rmSync(folder, { recursive: true }));

const row = (path: string, key: string | null) => ({
  path,
  size: 1,
  modifiedMs: 1.5,
  inode: 7,
  key,
});

test("rows are there again when the file is opened again, and gone for another version", () => {
  const path = join(folder, "a.db");
  {
    using store = openIndexStore(path, "1");
    store.addNames(0, ["alpha", "beta"]);
    store.addNames(2, ["gamma"]);
    store.putContent({ key: "k", body: "{}", names: Uint32Array.of(1, 2, 3) });
    const tree = store.treeId("/root");
    store.putFile(tree, row("b.ts", "k"));
    store.putFile(tree, row("a.ts", null));
  }
  {
    using store = openIndexStore(path, "1");
    expect(store.readNames()).toEqual(["alpha", "beta", "gamma"]);
    expect(store.findContent("k")).toEqual({
      key: "k",
      body: "{}",
      names: Uint32Array.of(1, 2, 3),
    });
    expect(store.readTree(store.treeId("/root"))).toEqual([row("a.ts", null), row("b.ts", "k")]);
  }
  using store = openIndexStore(path, "2");
  expect(store.readNames()).toEqual([]);
  expect(store.findContent("k")).toBeUndefined();
});

test("contents that no tree has are kept up to a number", () => {
  using store = openIndexStore(":memory:", "1");
  for (const key of ["used", "spare", "more"]) {
    store.putContent({ key, body: "{}", names: new Uint32Array() });
  }
  store.putFile(store.treeId("/kept"), row("a.ts", "used"));
  store.prune(2);
  expect(store.findContent("spare")).toBeDefined();
  store.prune(1);
  expect(store.findContent("spare")).toBeUndefined();
  expect(store.findContent("used")).toBeDefined();
  store.keepTrees([]);
  store.prune(0);
  expect(store.findContent("used")).toBeUndefined();
});
