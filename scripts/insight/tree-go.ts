import type { Node } from "web-tree-sitter";
import type { Visit } from "./oracle-tree-sitter.ts";

export const goVisitor: Visit = (node, container, found) => {
  const name = node.childForFieldName("name");
  switch (node.type) {
    case "import_spec":
      found.import(node, (node.childForFieldName("path")?.text ?? "").slice(1, -1));
      return false;
    case "function_declaration":
      if (name && name.text !== "_") found.define(name, "function", undefined);
      return false;
    case "method_declaration":
      if (name && name.text !== "_") found.define(name, "method", receiver(node));
      return false;
    case "method_elem":
      if (name) found.define(name, "method", container);
      return false;
    case "type_spec":
    case "type_alias": {
      const type = node.childForFieldName("type")?.type;
      const kind =
        type === "struct_type" ? "class" : type === "interface_type" ? "interface" : "type";
      if (name && name.text !== "_") found.define(name, kind, undefined);
      return kind === "interface" ? name?.text : false;
    }
    case "var_spec":
    case "const_spec":
      for (const each of node.childrenForFieldName("name")) {
        if (each?.type === "identifier" && each.text !== "_")
          found.define(each, "variable", undefined);
      }
      return false;
    default:
      return container;
  }
};

function receiver(method: Node): string | undefined {
  const parameter = method
    .childForFieldName("receiver")
    ?.namedChildren.find((each) => each?.type === "parameter_declaration");
  let type = parameter?.childForFieldName("type") ?? null;
  while (type !== null && type.type !== "type_identifier") {
    type = type.childForFieldName("type") ?? type.namedChildren[0] ?? null;
  }
  return type?.text;
}
