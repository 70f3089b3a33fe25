import { DaemonError, type McpServer, type McpTransport, messageOf } from "@heddle/protocol";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { BoxTransport } from "../../agent/mcp/box-transport.ts";
import { type ConnectionInit, McpConnection } from "../../agent/mcp/connection.ts";
import { shellQuote } from "../../os/shell-quote.ts";
import { fetchBy } from "../../sandbox/egress/fetch.ts";
import { type Network, Routes } from "../../sandbox/egress/routes.ts";
import type { Box } from "../../sandbox/types.ts";
import { runScript } from "../box-script.ts";
import { readKey } from "../provider-keys.ts";
import { loginPath, OAuthFile } from "./oauth-file.ts";
import { hostOf } from "./pins.ts";
import type { Renewals } from "./renewals.ts";

/** Where a server runs, or is reached from. */
export interface McpPlace {
  readonly box: () => Promise<Box>;
  readonly cwd: string;
  readonly network: Network | undefined;
  /** The variables that the box has by grants. */
  readonly variables: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  readonly hide: (secret: string) => void;
  /** Where logins are kept. */
  readonly stateDir: string;
  readonly renewals: Renewals;
}

type How = Pick<ConnectionInit, "times" | "signal" | "ask">;
/** A server with a transport of this type. */
type By<Type extends McpTransport["type"]> = Pick<McpServer, "id" | "name"> & {
  readonly transport: Extract<McpTransport, { type: Type }>;
};

/** A server outlives its command's limit only in a turn that nobody interrupts for so long. */
const lifetimeMs = 24 * 60 * 60_000;
const wordsMs = 5000;
/** Of events that a server sends by itself: it may open one anew so often in a turn. */
const streamsAtMost = 100;

/** Starts a server, or connects to it. Throws `mcpFailed` with what it said last. */
export async function connectTo(
  server: McpServer,
  place: McpPlace,
  how: How,
): Promise<McpConnection> {
  const { id, name, transport } = server;
  return transport.type === "stdio"
    ? await start({ id, name, transport }, place, how)
    : await reach({ id, name, transport }, place, how);
}

async function start(server: By<"stdio">, place: McpPlace, how: How): Promise<McpConnection> {
  const { name, transport } = server;
  const missing = transport.env.find((variable) => !Object.hasOwn(place.variables, variable));
  if (missing !== undefined) {
    const message = `the MCP server ${name} needs ${missing}: lend it with \`heddle project grant --env ${missing}\``;
    throw new DaemonError("notGranted", message, { server: name });
  }
  const box = await place.box();
  const errors = `"$HOME/.mcp-${name}.errors"`;
  const argv = [transport.command, ...transport.args].map(shellQuote).join(" ");
  const cmd = `exec ${argv} 2> >(head -c 4096 >${errors}; exec cat >/dev/null)`;
  const { signal } = how;
  const { cwd } = place;
  const process = await box.run({
    cmd,
    cwd,
    tty: false,
    stdin: true,
    timeoutMs: lifetimeMs,
    signal,
  });
  // It waits most of the time; commands need the place.
  process.background();
  const transportOf = (failed: (why: string) => void): Transport =>
    new BoxTransport(process, failed);
  try {
    return await McpConnection.open({ server: name, transport: transportOf, root: cwd, ...how });
  } catch (error) {
    signal.throwIfAborted();
    const words = await lastWords(box, { cwd, command: `cat ${errors}`, signal });
    const said = words === "" ? "" : `; it wrote: ${words}`;
    throw new DaemonError("mcpFailed", `${messageOf(error)}${said}`, {}, { cause: error });
  }
}

async function lastWords(
  box: Box,
  { cwd, command, signal }: { cwd: string; command: string; signal: AbortSignal },
): Promise<string> {
  if (box.lost) return "";
  const script = { command: `${command} 2>/dev/null`, cwd, timeoutMs: wordsMs, signal };
  const said = await runScript(box, script).catch(() => undefined);
  return said?.output.trim().slice(0, 1500) ?? "";
}

async function reach(server: By<"http">, place: McpPlace, how: How): Promise<McpConnection> {
  const { id, name, transport } = server;
  const { network, env, hide, stateDir, renewals } = place;
  const host = hostOf(transport.url);
  if (!network?.hosts.includes(host)) {
    const message = `the MCP server ${name} is at ${host}, which is not granted: allow it with \`heddle project grant --host ${host}\``;
    throw new DaemonError("notGranted", message, { server: name, host });
  }
  const { header, keyEnv, keyFile } = transport;
  const source = { api_key_env: keyEnv ?? undefined, api_key_file: keyFile ?? undefined };
  const key = await readKey(`the MCP server ${name}`, source, env);
  if (key !== undefined) hide(key);
  const value = header.toLowerCase() === "authorization" ? `Bearer ${key}` : `${key}`;
  const path = loginPath(stateDir, id);
  const login = key === undefined ? OAuthFile.at(path, hide) : undefined;
  const routes = new Routes(network);
  const through = renewals.sharing(path, fetchBy(routes));
  let failed: (why: string) => void = () => {};
  const http = new StreamableHTTPClientTransport(new URL(transport.url), {
    fetch: watched(through, (why) => failed(why)),
    ...(key === undefined ? {} : { requestInit: { headers: { [header]: value } } }),
    ...(login && { authProvider: login }),
  });
  const ended = { [Symbol.dispose]: () => routes[Symbol.dispose]() };
  // The SDK types its own class otherwise than its interface, where optional fields are concerned.
  const transportOf = (fail: (why: string) => void) => {
    failed = fail;
    return http as Transport;
  };
  try {
    return await McpConnection.open({ server: name, transport: transportOf, ended, ...how });
  } catch (error) {
    if (key !== undefined || !wantsLogin(error)) throw error;
    const message = `${name} wants you to log in: run \`heddle mcp login ${name}\``;
    throw new DaemonError("noCredentials", message, { server: name }, { cause: error });
  }
}

function wantsLogin(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof UnauthorizedError) return true;
  return cause instanceof StreamableHTTPError && cause.code === 401;
}

/** Ends a connection that has lost its session, or that opens its stream over and over again. */
function watched(through: typeof fetch, failed: (why: string) => void): typeof fetch {
  let streams = 0;
  return async (input, init) => {
    if (init?.method === "GET") streams += 1;
    if (streams > streamsAtMost) {
      failed("it ends its stream again and again");
      throw new Error("no more streams are opened");
    }
    const response = await through(input, init);
    const isLost = response.status === 404 && new Headers(init?.headers).has("mcp-session-id");
    if (isLost) failed("it does not know its session any more");
    return response;
  };
}
