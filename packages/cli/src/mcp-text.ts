import type { McpServer, McpTool, Methods, ResultOf } from "@heddle/protocol";
import { count, shellWord } from "./terminal/format.ts";
import { printableLine } from "./terminal/printable.ts";
import { table } from "./terminal/table.ts";

type Test = ResultOf<Methods, "mcp/test">;

/** Servers with how far their tools were approved. */
export function serverTable(servers: readonly McpServer[], width: number | undefined): string {
  const rows = servers.map((server) => [
    server.name,
    server.projectId === null ? "all projects" : "this project",
    toolsText(server),
    printableLine(whereText(server)),
  ]);
  return table(["NAME", "FOR", "TOOLS", "SERVER"], rows, width);
}

function toolsText({ tools, waiting }: McpServer): string {
  const seen = tools.length + waiting.length > 0;
  if (!seen) return "not tested yet";
  const waits = waiting.length === 0 ? "" : `, ${waiting.length} to approve`;
  return `${tools.length} approved${waits}`;
}

function whereText({ transport }: McpServer): string {
  if (transport.type === "http") return transport.url;
  return [transport.command, ...transport.args].map(shellWord).join(" ");
}

/** All that a server says of its tools: what is new or changed in full, since it is what is approved. */
export function testText({ server, version, gone, refused }: Test): string {
  const waiting = new Set(server.waiting.map(({ name }) => name));
  const before = new Map(server.tools.map((tool) => [tool.name, tool]));
  const same = server.tools.filter(({ name }) => !waiting.has(name) && !gone.includes(name));
  return [
    `${server.name} is ${printableLine(version)}`,
    ...(same.length === 0 ? [] : [`as approved: ${same.map(nameText).join(", ")}`]),
    ...server.waiting.flatMap((tool) => waitingText(tool, before.get(tool.name))),
    ...gone.map((name) => `gone: ${printableLine(name)}`),
    ...refused.map(
      ({ name, reason }) => `refused: ${printableLine(name)}: ${printableLine(reason)}`,
    ),
    "",
  ].join("\n");
}

function waitingText(tool: McpTool, before: McpTool | undefined): string[] {
  const access = tool.readOnly ? " (says that it only reads)" : "";
  const heading = `${before ? "changed" : "new"}: ${nameText(tool)}${access}`;
  if (before === undefined) return [heading, ...definitionText(tool, "  ")];
  return [heading, ...definitionText(before, "  - "), ...definitionText(tool, "  + ")];
}

export function definitionText(
  { description, inputSchema, outputSchema }: McpTool,
  mark: string,
): string[] {
  const schemas = [inputSchema, ...(outputSchema === null ? [] : [outputSchema])];
  const lines = [...description.split("\n"), ...schemas.map((schema) => JSON.stringify(schema))];
  return lines.map((line) => `${mark}${printableLine(line)}`);
}

const nameText = ({ name }: McpTool): string => printableLine(name);

/** The tools that are offered, for `/mcp`. */
export function offeredText(servers: readonly McpServer[]): string {
  if (servers.length === 0) return "there are no MCP servers; add one with: heddle mcp add";
  const lines = servers.flatMap((server) => [
    `${server.name}  ${toolsText(server)}  ${printableLine(whereText(server))}`,
    ...server.tools.map(({ offeredAs }) => `  ${offeredAs}`),
  ]);
  return lines.join("\n");
}

/** How much there is to approve, as a question. */
export function approvalQuestion({ name, waiting }: McpServer): string {
  return `offer ${count(waiting.length, "tool")} of ${name} to the agent, exactly as shown?`;
}
