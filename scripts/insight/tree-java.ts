import type { Visit } from "./oracle-tree-sitter.ts";

const kinds: Readonly<Record<string, string>> = {
  class_declaration: "class",
  record_declaration: "class",
  interface_declaration: "interface",
  annotation_type_declaration: "interface",
  enum_declaration: "enum",
  method_declaration: "method",
  annotation_type_element_declaration: "method",
  enum_constant: "variable",
};

export const javaVisitor: Visit = (node, container, found) => {
  const name = node.childForFieldName("name");
  switch (node.type) {
    case "import_declaration": {
      const path = node.namedChildren.find((each) => each?.type.endsWith("identifier"));
      if (path) found.import(node, path.text.replace(/\s+/g, ""));
      return false;
    }
    case "field_declaration":
    case "constant_declaration":
      for (const each of node.childrenForFieldName("declarator")) {
        const declared = each?.childForFieldName("name");
        if (declared) found.define(declared, "variable", container);
      }
      return false;
    case "block":
    case "constructor_declaration":
    case "compact_constructor_declaration":
    case "static_initializer":
      return false;
    default: {
      const kind = kinds[node.type];
      if (kind === undefined || !name) return container;
      found.define(
        name,
        kind === "method" && container === undefined ? "function" : kind,
        container,
      );
      if (kind === "method" || kind === "variable") return false;
      return [container, name.text].filter(Boolean).join(".");
    }
  }
};
