import type { Item } from "@heddle/protocol";
import { isMcpTool } from "./mcp/offers.ts";

/** Items whose effect may have changed files; of tool calls, those of MCP servers alone. */
export function mayChangeFiles(item: Item): boolean {
  if (item.type === "toolCall") return isMcpTool(item.tool);
  return item.type === "commandExecution" || item.type === "fileChange";
}
