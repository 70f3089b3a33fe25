import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openIndexStore } from "../store/index-store.ts";
import type { BuiltIndex } from "./built-index.ts";
import { ProjectIndex } from "./project-index.ts";

/** A folder of files that is there until it is disposed. */
export interface Tree extends Disposable {
  readonly root: string;
  write(files: Readonly<Record<string, string | Buffer>>): void;
}

export function makeTree(files: Readonly<Record<string, string | Buffer>> = {}): Tree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "heddle-tree-")));
  const write: Tree["write"] = (more) => {
    for (const [path, content] of Object.entries(more)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  };
  write(files);
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** The index of these files, made without git. */
export async function indexFiles(files: Readonly<Record<string, string>>): Promise<BuiltIndex> {
  using tree = makeTree(files);
  using index = new ProjectIndex(openIndexStore(":memory:", "test"));
  await index.refresh({ root: tree.root });
  return index.indexOf(tree.root);
}

/** Where the imports of a file lead, by what is written: paths, or `package x`, `builtin x`. */
export function targetsOf(index: BuiltIndex, path: string): Record<string, string> {
  const imports = index.imports[index.numberOf(path) ?? -1] ?? [];
  return Object.fromEntries(
    imports.map(({ specifier, target }) => {
      if (target.type === "unresolved") return [specifier, "unresolved"];
      if (target.type !== "files") return [specifier, `${target.type} ${target.name}`];
      return [specifier, target.files.map((file) => index.files[file]?.path).join(" ")];
    }),
  );
}
