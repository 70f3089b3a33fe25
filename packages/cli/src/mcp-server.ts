import type { McpServer, ProjectId } from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { usageError } from "./exit.ts";
import { pick } from "./names.ts";
import { chooseProject } from "./project.ts";

export interface ServerOptions {
  readonly project?: string;
  readonly global?: boolean;
  readonly json?: boolean;
}

interface Place {
  readonly projectId?: ProjectId;
}

/** The project that is meant; nothing for all of them. */
export async function placeOf(
  daemon: HeddleClient,
  { project, global }: ServerOptions,
): Promise<Place> {
  if (global && project !== undefined)
    throw usageError("--global and --project exclude each other");
  return global ? {} : { projectId: (await chooseProject(daemon, project)).id };
}

/** Where one of a project's has the name of one of all projects, the project's is meant. */
export async function findServer(
  daemon: HeddleClient,
  given: string,
  options: ServerOptions,
): Promise<{ server: McpServer; place: Place }> {
  const place = await placeOf(daemon, options);
  const servers = await serversOf(daemon, place);
  const own = servers.filter(({ projectId, name }) => projectId !== null && name === given);
  const candidates = (own.length > 0 ? own : servers).map((server) => ({
    id: server.id,
    names: [server.name],
    label: server.name,
    server,
  }));
  return { server: pick("MCP server", given, candidates).server, place };
}

/** Those of the place, and those of all projects. */
export async function serversOf(daemon: HeddleClient, place: Place): Promise<McpServer[]> {
  return await listAll(daemon, "mcp/list", { ...place });
}
