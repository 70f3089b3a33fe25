import type { Node } from "web-tree-sitter";

/** What a word of a shell becomes; null where only the shell that runs it can know. */
export type Word = string | null;

const expands = /(?<!\\)[*?[]|\{[^}]*(?:,|\.\.)[^}]*\}/;

export function wordOf(node: Node): Word {
  switch (node.type) {
    case "command_name":
      return node.namedChildCount === 1 && node.namedChild(0)
        ? wordOf(node.namedChild(0) as Node)
        : null;
    case "word":
    case "number":
      return expands.test(node.text) ? null : unescaped(node.text);
    case "raw_string":
      return node.text.slice(1, -1);
    case "string":
      return stringOf(node);
    case "concatenation":
      return concatenated(node);
    default:
      return null;
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(\n|[\s\S])/g, (_, character: string) =>
    character === "\n" ? "" : character,
  );
}

/** Within double quotes only some characters can be escaped. */
function stringOf(node: Node): Word {
  const isPlain = node.namedChildren.every((child) => child?.type === "string_content");
  if (!isPlain || /(?<!\\)[$`]/.test(node.text.slice(1, -1))) return null;
  return node.text
    .slice(1, -1)
    .replace(/\\(\n|["\\$`])/g, (_, character: string) => (character === "\n" ? "" : character));
}

function concatenated(node: Node): Word {
  const parts = node.children.map((child) => (child ? wordOf(child) : null));
  if (expands.test(node.text)) return null;
  return parts.every((part) => part !== null) ? parts.join("") : null;
}
