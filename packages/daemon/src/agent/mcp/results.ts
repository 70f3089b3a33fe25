import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";

type Block = CallToolResult["content"][number];

/** What of a result is kept, in UTF-16 units. */
const longest = 4 * 1024 * 1024;

/** A result as text, which is all that a model is told; what is no text is named. */
export function textOf({ content, structuredContent }: CallToolResult): string {
  const blocks = content.map(blockText).filter((text) => text !== "");
  if (blocks.length > 0) return blocks.join("\n").slice(0, longest);
  if (structuredContent === undefined) return "(no output)";
  return JSON.stringify(structuredContent).slice(0, longest);
}

function blockText(block: Block): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type} ${block.mimeType}, ${sizeOf(block.data)} bytes: not shown]`;
    case "resource_link":
      return `[resource ${block.name}: ${block.uri}]`;
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return `[resource ${resource.uri}]\n${resource.text}`;
      return `[resource ${resource.uri}, ${sizeOf(resource.blob)} bytes: not shown]`;
    }
  }
}

const sizeOf = (base64: string): number => Math.floor((base64.length * 3) / 4);
