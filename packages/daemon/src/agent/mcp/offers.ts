import type { ItemId, McpTool, Mode } from "@heddle/protocol";
import { isReadOnly } from "../phases/phase.ts";

const prefix = "mcp__";

/** A tool of an MCP server that a person has approved. */
export interface McpOffer {
  readonly server: string;
  readonly tool: McpTool;
  /** Where its calls go, as `formatHost` writes it; undefined for a server in the box. */
  readonly host: string | undefined;
}

export interface McpAnswer {
  readonly text: string;
  /** What the server itself calls a failure, or what does not fit what it declared. */
  readonly failed: boolean;
}

/** The MCP servers as one turn has them. */
export interface McpHost {
  /** The same, in the same order, for the whole turn. */
  readonly offers: readonly McpOffer[];
  /** Starts the server if it does not run. Throws where there is no answer, which is then final. */
  call(offer: McpOffer, args: Record<string, unknown>, itemId: ItemId): Promise<McpAnswer>;
  /** Ends the servers that could change files; the next call starts them again. */
  endServers(): Promise<void>;
}

/** What a tool is called that is offered to a model. */
export function offeredAs(server: string, tool: string): string {
  return `${prefix}${server}__${tool.replaceAll(/[^\w-]/g, "_")}`;
}

export function isMcpTool(name: string): boolean {
  return name.startsWith(prefix);
}

/**
 * Where nothing may be written, only what a server in the read-only box says is for reading: it
 * could not write if it lied.
 */
export function isOfferedIn(
  { tool, host }: McpOffer,
  { mode, readOnly }: { mode: Mode; readOnly: boolean },
): boolean {
  return !(readOnly || isReadOnly(mode)) || (tool.readOnly && host === undefined);
}
