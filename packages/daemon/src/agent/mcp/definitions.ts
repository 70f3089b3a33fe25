import { createHash } from "node:crypto";
import type { McpTool } from "@heddle/protocol";
import { offeredAs } from "./offers.ts";

const toolsAtMost = 128;
/** What the definitions of all tools of a server may have together. */
const bytesAtMost = 192 * 1024;
const definitionBytes = 32 * 1024;
const descriptionLength = 8 * 1024;
const depthAtMost = 24;
/** What models take for the name of a function. */
const nameLength = 64;

/** A tool as a server lists it. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly annotations?: { readonly readOnlyHint?: boolean | undefined } | undefined;
}

export interface Definitions {
  /** By name. */
  readonly tools: readonly McpTool[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * What a server lists, as far as it can be offered; `flaw` says what is wrong with a schema. The
 * hash covers all that the server says of a tool, whatever the order in which it says it.
 */
export function definitionsOf(
  server: string,
  listed: readonly ListedTool[],
  flaw: (schema: Readonly<Record<string, unknown>>) => string | undefined,
): Definitions {
  const tools = new Map<string, McpTool>();
  const refused: { name: string; reason: string }[] = [];
  const refuse = (tool: ListedTool, reason: string) => {
    if (refused.length < toolsAtMost) refused.push({ name: tool.name.slice(0, 200), reason });
  };
  // Looking at a schema takes time, also at one that is none.
  const looked = { tools: 0, bytes: 0 };
  for (const tool of listed) {
    const reason = refusalOf(tool, { server, taken: tools, looked });
    if (reason !== undefined) {
      refuse(tool, reason);
      continue;
    }
    looked.tools += 1;
    looked.bytes += sizeOf(tool);
    const { inputSchema, outputSchema } = tool;
    const wrong = flaw(inputSchema) ?? (outputSchema && flaw(outputSchema));
    if (wrong !== undefined) refuse(tool, `its schema is no JSON schema: ${wrong}`);
    else tools.set(offeredAs(server, tool.name), definitionOf(server, tool));
  }
  const byName = [...tools.values()].sort((a, b) => (a.offeredAs < b.offeredAs ? -1 : 1));
  return { tools: byName, refused };
}

interface Ground {
  readonly server: string;
  readonly taken: ReadonlyMap<string, McpTool>;
  readonly looked: { readonly tools: number; readonly bytes: number };
}

function refusalOf(tool: ListedTool, { server, taken, looked }: Ground): string | undefined {
  const name = offeredAs(server, tool.name);
  if (tool.name === "" || name.length > nameLength) {
    return `its name is empty, or longer than a model takes with the server's (${nameLength})`;
  }
  if (taken.has(name)) return "another tool has the same name";
  if (looked.tools >= toolsAtMost) return `the server has more than ${toolsAtMost} tools`;
  if ((tool.description?.length ?? 0) > descriptionLength) {
    return `its description is longer than ${descriptionLength} characters`;
  }
  if (depthOf(tool) > depthAtMost) return `its schema is nested more than ${depthAtMost} deep`;
  const size = sizeOf(tool);
  if (size > definitionBytes) return `its definition is larger than ${definitionBytes} bytes`;
  if (looked.bytes + size <= bytesAtMost) return undefined;
  return `the definitions of the server are larger than ${bytesAtMost} bytes`;
}

function definitionOf(server: string, tool: ListedTool): McpTool {
  const { name, title, description = "", inputSchema, outputSchema, annotations } = tool;
  const said = { name, title, description, inputSchema, outputSchema, annotations };
  const { $schema: _, ...schema } = inputSchema;
  return {
    name,
    offeredAs: offeredAs(server, name),
    description,
    inputSchema: schema,
    outputSchema: outputSchema ?? null,
    readOnly: annotations?.readOnlyHint === true,
    hash: createHash("sha256")
      .update(JSON.stringify(sorted(said)))
      .digest("hex"),
  };
}

function sizeOf(tool: ListedTool): number {
  return Buffer.byteLength(JSON.stringify(tool));
}

/** How deep a value is nested, as far as it matters. */
function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== "object" || value === null || depth > depthAtMost) return depth;
  const below = Object.values(value).map((one) => depthOf(one, depth + 1));
  return below.reduce((most, one) => Math.max(most, one), depth);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]),
  );
}
