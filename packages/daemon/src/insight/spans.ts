import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type { Node, Parser } from "web-tree-sitter";
import { type Language, languageOf } from "./lex/index.ts";

/** Where a definition is in its text, decorators and `export` included. Lines count from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
}

/** Kotlin and Swift have no grammar in the package. */
const grammars: Readonly<Partial<Record<Language, string>>> = {
  typescript: "typescript",
  javascript: "javascript",
  python: "python",
  go: "go",
  rust: "rust",
  java: "java",
  csharp: "c-sharp",
  c: "cpp",
  cpp: "cpp",
  ruby: "ruby",
  php: "php",
};

const parsers = new Map<string, Promise<Parser>>();

/**
 * The exact span of what is defined by a name on a line, as the lexer gives both. Undefined if the
 * language has no grammar, or nothing of that name is defined there.
 */
export async function definitionSpan(
  path: string,
  text: string,
  { name, line }: { readonly name: string; readonly line: number },
): Promise<Span | undefined> {
  const language = languageOf(path, text);
  const grammar = path.endsWith(".tsx") ? "tsx" : language && grammars[language];
  if (grammar === undefined) return undefined;
  const parser = await parserOf(grammar);
  const tree = parser.parse(text);
  if (tree === null) return undefined;
  try {
    const named = nameOnLine(tree.rootNode, name, line - 1);
    return named && spanOf(named);
  } finally {
    tree.delete();
  }
}

/** Loads the parser of a grammar once; a load that failed is tried again the next time. */
export function parserOf(grammar: string): Promise<Parser> {
  const known = parsers.get(grammar);
  if (known !== undefined) return known;
  const loading = load(grammar);
  parsers.set(grammar, loading);
  loading.catch(() => parsers.delete(grammar));
  return loading;
}

async function load(grammar: string): Promise<Parser> {
  keepFirstCompilation();
  const { Language, Parser } = await import("web-tree-sitter");
  await Parser.init();
  const file = import.meta.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`);
  const parser = new Parser();
  parser.setLanguage(await Language.load(fileURLToPath(file)));
  return parser;
}

/**
 * A parse takes milliseconds, and its WebAssembly soon is hot: to compile a grammar's lexer once more,
 * optimized, took more than a second and up to 600 MB.
 */
function keepFirstCompilation(): void {
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
}

/** The first word of that text on a row; of a dotted name its last part is looked for. */
function nameOnLine(root: Node, name: string, row: number): Node | undefined {
  const wanted = name.split(".").at(-1) ?? name;
  const cursor = root.walk();
  try {
    for (;;) {
      const node = cursor.currentNode;
      const isHere = node.startPosition.row <= row && node.endPosition.row >= row;
      if (isHere && node.childCount === 0 && node.startPosition.row === row) {
        if (node.text === wanted && definitionAround(node) !== undefined) return node;
      }
      if (isHere && cursor.gotoFirstChild()) continue;
      while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return undefined;
    }
  } finally {
    cursor.delete();
  }
}

const defining =
  /(?:_declaration|_definition|_item|_spec|_specifier|_signature|_alias|_elem|_constant|^assignment|^class|^module|^method|^singleton_method|^internal_module|^enum_assignment|^enumerator|^const_element|^preproc_def|^preproc_function_def|^type_definition|^alias_declaration)$/;

function definitionAround(name: Node): Node | undefined {
  for (let node = name.parent; node !== null; node = node.parent) {
    if (defining.test(node.type)) return node;
  }
  return undefined;
}

/** What belongs to a definition although it is around it. */
const wrappers = new Set([
  "export_statement",
  "ambient_declaration",
  "decorated_definition",
  "expression_statement",
  "template_declaration",
]);

function spanOf(name: Node): Span | undefined {
  let node = definitionAround(name);
  if (node === undefined) return undefined;
  for (let outer = node.parent; outer !== null && wraps(outer); outer = node.parent) node = outer;
  return {
    start: node.startIndex,
    end: node.endIndex,
    startLine: node.startPosition.row + 1,
    endLine: node.endPosition.row + 1,
  };
}

/** Wrappers, and Go's declarations of one thing: `type A struct{}` is a specification in one. */
function wraps(outer: Node): boolean {
  if (wrappers.has(outer.type)) return true;
  const isOfSpecs = /^(?:type|var|const)_declaration$/.test(outer.type);
  return isOfSpecs && outer.namedChildCount === 1;
}
