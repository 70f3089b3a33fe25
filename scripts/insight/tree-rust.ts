import type { Node } from "web-tree-sitter";
import type { TreeFound, Visit } from "./oracle-tree-sitter.ts";

const kinds: Readonly<Record<string, string>> = {
  function_item: "function",
  function_signature_item: "function",
  struct_item: "class",
  union_item: "class",
  enum_item: "enum",
  type_item: "type",
  associated_type: "type",
  const_item: "variable",
  static_item: "variable",
  macro_definition: "macro",
};

export const rustVisitor: Visit = (node, container, found) => {
  const name = node.childForFieldName("name");
  const inner = (name: string | undefined): string | undefined =>
    [container, name].filter(Boolean).join(".") || undefined;
  switch (node.type) {
    case "use_declaration": {
      const tree = node.childForFieldName("argument");
      if (tree) readUse(node, tree, "", found);
      return false;
    }
    case "extern_crate_declaration":
      if (name) found.import(node, name.text);
      return false;
    case "mod_item":
      if (!name) return false;
      if (!node.childForFieldName("body")) found.import(node, name.text);
      else found.define(name, "module", container);
      return inner(name.text);
    case "trait_item":
      if (name) found.define(name, "interface", container);
      return inner(name?.text);
    case "impl_item":
      return inner(typeName(node.childForFieldName("type")));
    case "macro_invocation":
      found.unseen.push([node.startPosition.row + 1, node.endPosition.row + 1]);
      return false;
    case "block":
      readUses(node, found);
      return false;
    default: {
      const kind = kinds[node.type];
      if (kind === undefined || !name || name.text === "_") return container;
      const isMethod = kind === "function" && isMember(node);
      found.define(
        name,
        isMethod ? "method" : kind,
        node.type === "macro_definition" ? undefined : container,
      );
      readUses(node, found);
      return false;
    }
  }
};

function isMember(node: Node): boolean {
  const owner = node.parent?.parent?.type;
  return owner === "impl_item" || owner === "trait_item";
}

function typeName(type: Node | null | undefined): string | undefined {
  if (!type) return undefined;
  if (type.type === "type_identifier" || type.type === "primitive_type") return type.text;
  const next =
    type.childForFieldName("name") ??
    type.childForFieldName("type") ??
    type.childForFieldName("trait");
  return typeName(next);
}

function readUses(node: Node, found: TreeFound): void {
  for (const macro of node.descendantsOfType(["macro_invocation", "macro_definition"])) {
    if (macro) found.unseen.push([macro.startPosition.row + 1, macro.endPosition.row + 1]);
  }
  for (const use of node.descendantsOfType("use_declaration")) {
    const tree = use?.childForFieldName("argument");
    if (use && tree) readUse(use, tree, "", found);
  }
}

const join = (prefix: string, path: string): string =>
  prefix === "" ? path : `${prefix}::${path}`;
const compact = (node: Node | null): string =>
  (node?.text ?? "").replace(/\s+/g, "").replace(/^::/, "");

/** Like the lexer: names of a group go with the path before it, all longer paths are their own. */
function readUse(at: Node, node: Node, prefix: string, found: TreeFound): string | undefined {
  switch (node.type) {
    case "use_as_clause": {
      const path = node.childForFieldName("path");
      return path ? readUse(at, path, prefix, found) : undefined;
    }
    case "use_wildcard": {
      const path = compact(node.namedChildren[0] ?? null);
      if (path === "" && prefix !== "") return "*";
      found.import(at, join(prefix, path));
      return undefined;
    }
    case "scoped_use_list": {
      const list = node.childForFieldName("list");
      if (list) readList(at, list, join(prefix, compact(node.childForFieldName("path"))), found);
      return undefined;
    }
    case "use_list":
      readList(at, node, prefix, found);
      return undefined;
    case "scoped_identifier":
      found.import(at, join(prefix, compact(node)));
      return undefined;
    default:
      if (prefix !== "") return node.text;
      found.import(at, node.text);
      return undefined;
  }
}

function readList(at: Node, list: Node, path: string, found: TreeFound): void {
  const isUse = (node: Node | null): node is Node =>
    node !== null && !node.type.endsWith("comment");
  const names = list.namedChildren.filter(isUse).map((each) => readUse(at, each, path, found));
  if (names.some((name) => name !== undefined)) found.import(at, path);
}
