import {
  formatHost,
  hostOfUrl,
  type McpServer,
  type McpTool,
  type ProjectId,
} from "@heddle/protocol";
import type { McpOffer } from "../../agent/mcp/offers.ts";
import type { Store } from "../../store/store.ts";

/** The servers of a project: its own, and those of all projects that none of its own is named like. */
export function serversOf(store: Store, projectId: ProjectId): McpServer[] {
  const own = store.mcpServers.where({ project_id: projectId });
  const shadowed = new Set(own.map(({ name }) => name));
  const others = store.mcpServers.where({ project_id: null });
  const all = [...own, ...others.filter(({ name }) => !shadowed.has(name))];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What was approved of servers, in the order in which every request names it. */
export function offersOf(servers: readonly McpServer[]): McpOffer[] {
  return servers.flatMap((server) => {
    const host = hostOfServer(server);
    return server.tools.map((tool) => ({ server: server.name, tool, host }));
  });
}

/** Where the calls of its tools go; undefined for a server in the box. */
export function hostOfServer({ transport }: McpServer): string | undefined {
  return transport.type === "http" ? hostOf(transport.url) : undefined;
}

/** The host of a server's URL, as grants name it. */
export function hostOf(url: string): string {
  return formatHost(hostOfUrl(new URL(url)));
}

/** The server with these definitions approved, in place of what they were before. */
export function approved(server: McpServer, tools: readonly McpTool[], now: number): McpServer {
  const names = new Set(tools.map(({ name }) => name));
  // Of two names that a model could not tell apart the new one stays.
  const replaced = new Set(tools.map(({ offeredAs }) => offeredAs));
  const kept = server.tools.filter((tool) => !replaced.has(tool.offeredAs));
  const pinned = [...kept, ...tools.map((tool) => ({ ...tool, approvedAt: now }))];
  return {
    ...server,
    tools: pinned.sort((a, b) => (a.offeredAs < b.offeredAs ? -1 : 1)),
    waiting: server.waiting.filter(({ name }) => !names.has(name)),
  };
}

/** The server as it was just seen: what is not approved so waits for somebody to approve it. */
export function seen(server: McpServer, tools: readonly McpTool[]): McpServer {
  const hashes = new Set(server.tools.map(({ hash }) => hash));
  return { ...server, waiting: tools.filter(({ hash }) => !hashes.has(hash)) };
}
