import {
  DaemonError,
  McpServer,
  McpServerId,
  type McpTool,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  type ProjectId,
  type ResultOf,
} from "@heddle/protocol";
import type { McpConnection } from "../../agent/mcp/connection.ts";
import type { Network } from "../../sandbox/egress/routes.ts";
import { fitPage, type Page, type PageRequest } from "../../store/document-table.ts";
import type { Boxes } from "../boxes.ts";
import type { Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import type { Projects } from "../projects.ts";
import { rows } from "../rows.ts";
import { forgetLogin, loginPath, OAuthFile } from "./oauth-file.ts";
import { approved, seen } from "./pins.ts";
import type { McpServices } from "./turn-mcp.ts";

export interface McpServersOptions extends McpServices {
  readonly projects: Projects;
  readonly boxes: Boxes;
}

interface Login {
  readonly file: OAuthFile;
  readonly network: Network | undefined;
}

/** Few ever log in. */
const logins = () => import("./logins.ts");

/** The MCP servers that were added, with what was approved of them. */
export class McpServers {
  readonly #options: McpServersOptions;
  readonly #stopping = new AbortController();
  /** Logins that wait for a browser. */
  readonly #logins = new Map<string, Login>();

  constructor(options: McpServersOptions) {
    this.#options = options;
    options.journal.onDaemonEvent(({ event }) => {
      if (event.type !== "mcpServerRemoved") return;
      this.#logins.delete(event.serverId);
      forgetLogin(loginPath(options.stateDir, event.serverId));
    });
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
    const { store } = this.#options;
    const server = rows.mcpServer(store, serverId);
    const project = await this.#projectOf(server, projectId);
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

  async beginLogin({
    serverId,
    projectId,
    redirectUrl,
  }: ParamsOf<Methods, "mcp/login">): Promise<ResultOf<Methods, "mcp/login">> {
    const { store, networks, stateDir, hide } = this.#options;
    const server = rows.mcpServer(store, serverId);
    const project = await this.#projectOf(server, projectId);
    const network = networks.of({ id: null, projectId: project.id });
    const file = new OAuthFile(loginPath(stateDir, server.id), { redirectUrl }, hide);
    const { logIn } = await logins();
    await logIn(server, { network, login: file, signal: this.#loginSignal() });
    const { authorizationUrl } = file;
    if (authorizationUrl === undefined) {
      throw new DaemonError("mcpFailed", `${server.name} does not say where to log in`);
    }
    this.#logins.set(server.id, { file, network });
    return { authorizationUrl: authorizationUrl.href };
  }

  async finishLogin(
    { serverId, code, state }: ParamsOf<Methods, "mcp/finishLogin">,
    commit: Commit,
  ): Promise<McpServer> {
    const { store, stateDir } = this.#options;
    const server = rows.mcpServer(store, serverId);
    const begun = this.#logins.get(server.id);
    if (begun === undefined || begun.file.state() !== state) {
      const message = `no such login at ${server.name} was begun; begin it again with \`heddle mcp login\``;
      throw new DaemonError("conflict", message, { serverId });
    }
    this.#logins.delete(server.id);
    const { logIn } = await logins();
    const { network, file: login } = begun;
    await logIn(server, { network, login, code, signal: this.#loginSignal() });
    // Somebody may have removed the server meanwhile.
    if (store.mcpServers.find(server.id) === undefined) forgetLogin(loginPath(stateDir, server.id));
    return commit((tx) => {
      const changed = { ...rows.mcpServer(store, serverId), loggedInAt: tx.now };
      tx.announce({ type: "mcpServerChanged", server: changed });
      return changed;
    });
  }

  #loginSignal(): AbortSignal {
    const { startMs } = this.#options.mcpTimes;
    return AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(startMs)]);
  }

  /** Ends what is being tested, and logins. */
  stop(): void {
    this.#stopping.abort(new DaemonError("shuttingDown", "the daemon is stopping"));
  }

  async #projectOf(server: McpServer, given: string | undefined): Promise<Project> {
    const projectId = server.projectId ?? given;
    if (projectId !== undefined) {
      return await this.#options.projects.granted(projectId as ProjectId, "ro");
    }
    const message = `${server.name} is a server of all projects; name the one to reach it from`;
    throw new DaemonError("invalidParams", message, { serverId: server.id });
  }

  async #connect(
    stack: AsyncDisposableStack,
    server: McpServer,
    project: Project,
  ): Promise<McpConnection> {
    const { projects, boxes, grants, networks, mcpTimes: times } = this.#options;
    const checkout = await projects.checkout(project);
    const holder = { id: null, projectId: project.id };
    const place = {
      ...this.#options,
      box: async () => stack.use(await boxes.openToRead(holder, checkout)),
      cwd: checkout.worktree,
      network: networks.of(holder),
      variables: grants.variables(holder),
    };
    const { connectTo } = await import("./connecting.ts");
    const { signal } = this.#stopping;
    return stack.use(await connectTo(server, place, { times, signal }));
  }
}
