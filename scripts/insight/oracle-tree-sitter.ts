import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";
import type { Found, Oracle } from "./accuracy.ts";
import { goVisitor } from "./tree-go.ts";
import { javaVisitor } from "./tree-java.ts";
import { rustVisitor } from "./tree-rust.ts";

/** Reads one node and says whether its children are to be read with the container it gives. */
export type Visit = (
  node: Node,
  container: string | undefined,
  found: TreeFound,
) => string | undefined | false;

export class TreeFound implements Found {
  readonly imports: string[] = [];
  readonly definitions: string[] = [];
  readonly unseen: [number, number][] = [];

  import(node: Node, specifier: string): void {
    this.imports.push(`${node.startPosition.row + 1} ${specifier}`);
  }

  define(name: Node, kind: string, container: string | undefined): void {
    const full = container === undefined ? name.text : `${container}.${name.text}`;
    this.definitions.push(`${name.startPosition.row + 1} ${full} ${kind}`);
  }
}

const visitors: Readonly<Record<string, Visit>> = {
  go: goVisitor,
  java: javaVisitor,
  rust: rustVisitor,
};

/** Files that tree-sitter reads with errors are left out: it guesses there as well. */
export async function treeSitterOracle(language: string): Promise<Oracle> {
  await Parser.init();
  const require = createRequire(import.meta.url);
  const grammar = await Language.load(
    require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${language}.wasm`),
  );
  const parser = new Parser();
  parser.setLanguage(grammar);
  const visit = visitors[language];
  return (_path, text) => {
    const tree = parser.parse(text);
    if (tree === null || visit === undefined) return undefined;
    const found = new TreeFound();
    const hasError = tree.rootNode.hasError;
    if (!hasError) walk(tree.rootNode, undefined, found, visit);
    tree.delete();
    return hasError ? undefined : found;
  };
}

function walk(node: Node, container: string | undefined, found: TreeFound, visit: Visit): void {
  const inner = visit(node, container, found);
  if (inner === false) return;
  for (const child of node.namedChildren) if (child !== null) walk(child, inner, found, visit);
}
