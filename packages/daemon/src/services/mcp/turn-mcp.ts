import { setTimeout as delay } from "node:timers/promises";
import {
  type Approval,
  type ApprovalSubject,
  DaemonError,
  type ItemId,
  type McpServer,
  type McpTool,
  type Thread,
  type Turn,
} from "@heddle/protocol";
import type { McpConnection, McpTimes } from "../../agent/mcp/connection.ts";
import type { Reply } from "../../agent/mcp/elicitation.ts";
import {
  isOfferedIn,
  type McpAnswer,
  type McpHost,
  type McpOffer,
} from "../../agent/mcp/offers.ts";
import { ToolError } from "../../agent/tools/tool.ts";
import type { Box } from "../../sandbox/types.ts";
import type { Store } from "../../store/store.ts";
import type { Grants } from "../grants.ts";
import { daemonActor, type Journal } from "../journal.ts";
import type { Networks } from "../networks.ts";
import { approved, offersOf, serversOf } from "./pins.ts";
import type { Renewals } from "./renewals.ts";

/** What connections to MCP servers need, whoever makes them. */
export interface McpServices {
  readonly store: Store;
  readonly journal: Journal;
  readonly grants: Grants;
  readonly networks: Networks;
  readonly mcpTimes: McpTimes;
  readonly env: NodeJS.ProcessEnv;
  readonly hide: (secret: string) => void;
  /** Where logins are kept. */
  readonly stateDir: string;
  readonly renewals: Renewals;
}

export interface TurnMcpSubject {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly worktree: string;
  readonly signal: AbortSignal;
  readonly box: () => Promise<Box>;
  /** Something may have changed the files. */
  readonly touched: () => void;
  readonly question: (
    itemId: ItemId,
    about: { question: string; options: string[]; reason: string; signal: AbortSignal },
  ) => Promise<Approval>;
  readonly acceptsDefinition: (
    itemId: ItemId,
    subject: Extract<ApprovalSubject, { type: "mcpDefinition" }>,
  ) => Promise<boolean>;
}

/** So often a server is started in one turn, if it keeps ending by itself; each time after a longer wait. */
const startsAtMost = 3;
const backoffMs = 500;

/** The MCP servers of one turn: none runs before its first call, and none after the turn. */
export class TurnMcp implements McpHost, AsyncDisposable {
  readonly #services: McpServices;
  readonly #subject: TurnMcpSubject;
  readonly #servers: readonly McpServer[];
  readonly #running = new Map<string, Promise<McpConnection>>();
  readonly #starts = new Map<string, number>();
  /** Definitions that somebody did not want in this turn. */
  readonly #declined = new Set<string>();
  readonly #asked = new Map<string, number>();
  readonly offers: readonly McpOffer[];

  constructor(services: McpServices, subject: TurnMcpSubject) {
    const { turn, thread } = subject;
    this.#services = services;
    this.#subject = subject;
    this.#servers = serversOf(services.store, thread.projectId);
    const place = { mode: turn.mode, readOnly: thread.policy === "readOnly" };
    this.offers = offersOf(this.#servers).filter((offer) => isOfferedIn(offer, place));
  }

  async call(offer: McpOffer, args: Record<string, unknown>, itemId: ItemId): Promise<McpAnswer> {
    const server = this.#servers.find(({ name }) => name === offer.server);
    if (server === undefined) throw new Error(`no MCP server ${offer.server}`);
    await refuseMisfit(offer.tool, args);
    const connection = await this.#connection(server, itemId);
    const tool = await this.#current(connection, { server, offer, itemId });
    if (tool.hash !== offer.tool.hash) await refuseMisfit(tool, args);
    return await connection.call(tool, args, this.#asker(server, itemId));
  }

  async endServers(): Promise<void> {
    if (this.#running.size === 0) return;
    for (const [name, opened] of this.#running) {
      const connection = await opened.catch(() => undefined);
      // Ended by us, it has not failed.
      if (connection && !connection.ended) this.#starts.delete(name);
    }
    await this[Symbol.asyncDispose]();
    this.#subject.touched();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(
      running.map(async (opened) => {
        const connection = await opened.catch(() => undefined);
        await connection?.[Symbol.asyncDispose]();
      }),
    );
  }

  /** One that has ended by itself is started again, but not for ever. */
  async #connection(server: McpServer, itemId: ItemId): Promise<McpConnection> {
    const { name } = server;
    const { signal } = this.#subject;
    const known = await this.#running.get(name)?.catch(() => undefined);
    if (known && !known.ended) return known;
    await known?.[Symbol.asyncDispose]();
    this.#running.delete(name);
    const starts = this.#starts.get(name) ?? 0;
    if (starts >= startsAtMost) {
      const message = `${name} has failed ${starts} times; it is not started again in this turn`;
      throw new DaemonError("mcpFailed", message, { server: name });
    }
    if (starts > 0) await delay(backoffMs * 4 ** (starts - 1), undefined, { signal });
    this.#starts.set(name, starts + 1);
    const opened = this.#open(server, itemId);
    opened.catch(() => {});
    this.#running.set(name, opened);
    return await opened;
  }

  async #open(server: McpServer, itemId: ItemId): Promise<McpConnection> {
    const { grants, networks, mcpTimes: times } = this.#services;
    const { thread, worktree: cwd, signal, box } = this.#subject;
    // Most turns call no server, and need none of this.
    const { connectTo } = await import("./connecting.ts");
    const variables = grants.variables(thread);
    const place = { ...this.#services, box, cwd, network: networks.of(thread), variables };
    return await connectTo(server, place, { times, signal, ask: this.#asker(server, itemId) });
  }

  /** The tool as its server describes it now, which somebody has approved. */
  async #current(
    connection: McpConnection,
    { server, offer, itemId }: { server: McpServer; offer: McpOffer; itemId: ItemId },
  ): Promise<McpTool> {
    const { tools } = await connection.definitions();
    const now = tools.find(({ name }) => name === offer.tool.name);
    if (now === undefined) {
      const message = `${server.name} does not offer ${offer.tool.name} any more, or not in a form that can be used`;
      throw new DaemonError("mcpFailed", message, { server: server.name });
    }
    if (this.#isApproved(server, offer, now)) return now;
    const subject = { type: "mcpDefinition", server: server.name } as const;
    const isNew = !this.#declined.has(now.hash);
    const before = withoutTime(offer.tool);
    const accepted =
      isNew && (await this.#subject.acceptsDefinition(itemId, { ...subject, before, after: now }));
    if (accepted) {
      this.#approve(server, now);
      return now;
    }
    this.#declined.add(now.hash);
    const message = `${server.name} describes ${now.name} otherwise than it was approved, and the user did not approve that`;
    throw new DaemonError("mcpFailed", message, { server: server.name });
  }

  /** In this turn, or meanwhile by `mcp/approve`. */
  #isApproved(server: McpServer, offer: McpOffer, now: McpTool): boolean {
    if (now.hash === offer.tool.hash) return true;
    const row = this.#services.store.mcpServers.find(server.id);
    return row?.tools.some(({ hash }) => hash === now.hash) ?? false;
  }

  #approve({ id }: McpServer, tool: McpTool): void {
    const { store, journal } = this.#services;
    journal.write(daemonActor, (tx) => {
      const row = store.mcpServers.find(id);
      // Somebody may have removed it meanwhile.
      if (row === undefined) return;
      tx.announce({ type: "mcpServerChanged", server: approved(row, [tool], tx.now) });
    });
  }

  /** Lets a server ask whoever attends the thread, in the name of the call that is under way. */
  #asker({ name }: McpServer, itemId: ItemId) {
    return async (question: string, options: string[], signal: AbortSignal): Promise<Reply> => {
      // What is asked again is another question: the answer to the first one is not taken for it.
      const key = `${itemId} ${question}`;
      const times = (this.#asked.get(key) ?? 0) + 1;
      this.#asked.set(key, times);
      const about = {
        question: times === 1 ? question : `${question}\n(asked ${times} times)`,
        options,
        reason: `The MCP server ${name} asks.`,
        signal,
      };
      return replyOf(await this.#subject.question(itemId, about));
    };
  }
}

async function refuseMisfit(tool: McpTool, args: Record<string, unknown>): Promise<void> {
  const { misfit } = await import("../../agent/mcp/schemas.ts");
  const wrong = misfit(tool.inputSchema, args);
  if (wrong !== undefined) throw new ToolError(`invalid arguments of ${tool.offeredAs}: ${wrong}`);
}

function replyOf({ answer, state }: Approval): Reply {
  if (answer?.type === "text") return { type: "text", text: answer.text };
  return { type: state === "declined" ? "decline" : "cancel" };
}

function withoutTime(tool: McpTool & { approvedAt?: number }): McpTool {
  const { approvedAt: _, ...definition } = tool;
  return definition;
}
