import {
  DaemonError,
  McpServer,
  McpServerId,
  type McpTool,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  type ResultOf,
} from "@heddle/protocol";
import type { McpConnection } from "../../agent/mcp/connection.ts";
import { fitPage, type Page, type PageRequest } from "../../store/document-table.ts";
import type { Boxes } from "../boxes.ts";
import type { Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import type { Projects } from "../projects.ts";
import { rows } from "../rows.ts";
import { approved, seen } from "./pins.ts";
import type { McpServices } from "./turn-mcp.ts";

export interface McpServersOptions extends McpServices {
  readonly projects: Projects;
  readonly boxes: Boxes;
}

/** The MCP servers that were added, with what was approved of them. */
export class McpServers {
  readonly #options: McpServersOptions;
  readonly #stopping = new AbortController();

  constructor(options: McpServersOptions) {
    this.#options = options;
  }

  list(projectId: string | undefined, { cursor = "", limit }: PageRequest): Page<McpServer> {
    const { mcpServers } = this.#options.store;
    const own = projectId === undefined ? [] : mcpServers.where({ project_id: projectId });
    const all = [...mcpServers.where({ project_id: null }), ...own];
    const rest = all.sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > cursor);
    const data = rest.slice(0, limit);
    return fitPage({ data, nextCursor: rest.length > limit ? (data.at(-1)?.id ?? null) : null });
  }

  add(tx: Transaction, { projectId, name, transport }: ParamsOf<Methods, "mcp/add">): McpServer {
    const { store } = this.#options;
    if (projectId !== undefined) rows.project(store, projectId);
    const [same] = store.mcpServers.where({ project_id: projectId ?? null, name });
    if (same !== undefined) {
      const message = `there is an MCP server ${name} already; remove it first, or take another name`;
      throw new DaemonError("conflict", message, { serverId: same.id });
    }
    const server = McpServer.parse({
      id: newId(McpServerId),
      projectId: projectId ?? null,
      name,
      transport,
      tools: [],
      waiting: [],
      createdAt: tx.now,
    });
    tx.announce({ type: "mcpServerChanged", server });
    return server;
  }

  remove(tx: Transaction, serverId: string): McpServer {
    const server = rows.mcpServer(this.#options.store, serverId);
    tx.announce({ type: "mcpServerRemoved", serverId: server.id });
    return server;
  }

  /** Pins definitions that somebody was shown; what has changed since is refused. */
  approve(tx: Transaction, { serverId, tools }: ParamsOf<Methods, "mcp/approve">): McpServer {
    const server = rows.mcpServer(this.#options.store, serverId);
    const known: readonly McpTool[] = [...server.waiting, ...server.tools];
    const found = tools.map(({ name, hash }) => {
      const tool = known.find((one) => one.name === name && one.hash === hash);
      if (tool !== undefined) return tool;
      const message = `${name} of ${server.name} is not what was shown; test the server again`;
      throw new DaemonError("staleConsent", message, { serverId, name });
    });
    const changed = approved(server, found, tx.now);
    tx.announce({ type: "mcpServerChanged", server: changed });
    return changed;
  }

  /** Looks at a server's tools as they are now. */
  async test(
    { serverId, projectId }: ParamsOf<Methods, "mcp/test">,
    commit: Commit,
  ): Promise<ResultOf<Methods, "mcp/test">> {
    const { store, projects } = this.#options;
    const server = rows.mcpServer(store, serverId);
    const where = server.projectId ?? projectId;
    if (where === undefined) {
      const message = `${server.name} is a server of all projects; name the one to test it in`;
      throw new DaemonError("invalidParams", message, { serverId });
    }
    const project = await projects.granted(where as Project["id"], "ro");
    await using stack = new AsyncDisposableStack();
    const connection = await this.#connect(stack, server, project);
    const { tools, refused } = await connection.definitions();
    const { version } = connection;
    const there = new Set(tools.map(({ name }) => name));
    return commit((tx) => {
      const now = seen(rows.mcpServer(store, serverId), tools);
      tx.announce({ type: "mcpServerChanged", server: now });
      const gone = now.tools.map(({ name }) => name).filter((name) => !there.has(name));
      return { server: now, version, gone, refused: refused.map((one) => ({ ...one })) };
    });
  }

  /** Ends what is being tested. */
  stop(): void {
    this.#stopping.abort(new DaemonError("shuttingDown", "the daemon is stopping"));
  }

  async #connect(
    stack: AsyncDisposableStack,
    server: McpServer,
    project: Project,
  ): Promise<McpConnection> {
    const { projects, boxes, grants, networks, mcpTimes: times, env, hide } = this.#options;
    const checkout = await projects.checkout(project);
    const holder = { id: null, projectId: project.id };
    const place = {
      box: async () => stack.use(await boxes.openToRead(holder, checkout)),
      cwd: checkout.worktree,
      network: networks.of(holder),
      variables: grants.variables(holder),
      env,
      hide,
    };
    const { connectTo } = await import("./connecting.ts");
    const { signal } = this.#stopping;
    return stack.use(await connectTo(server, place, { times, signal }));
  }
}
