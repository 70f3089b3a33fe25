import { once } from "node:events";
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { type NoWay, toNoWay } from "./no-way.ts";
import { answerNoWay, forward } from "./plain.ts";
import { type Network, Routes } from "./routes.ts";
import { plainTarget, tunnelTarget } from "./target.ts";
import { tellNoWay, tunnel } from "./tunnel.ts";

/** The proxy's socket, by its name in the directory that a box shares with the daemon. */
export const proxySocket = "proxy";

/** What the clients in one box may use up. */
export const proxyLimits = {
  connections: 128,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  idleMs: 5 * 60_000,
  checkEveryMs: 5000,
};

/** A box's one way out: a proxy on a unix socket, for plain HTTP and, by CONNECT, for the rest. */
export async function openProxy(
  directory: string,
  network: Network,
  limits = proxyLimits,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const routes = stack.use(new Routes(network));
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: 0,
    connectionsCheckingInterval: limits.checkEveryMs,
    insecureHTTPParser: false,
  });
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs);
  serve(server, routes);
  // By the directory's descriptor, because the address of a socket takes 107 bytes at most.
  const folder = await open(directory, "r");
  stack.defer(() => folder.close());
  server.listen(`/proc/self/fd/${folder.fd}/${proxySocket}`);
  await once(server, "listening");
  stack.use(closing(server));
  return stack.move();
}

function serve(server: Server, routes: Routes): void {
  server.on("request", (request, response) => {
    const target = read(plainTarget, request, (noWay) => {
      routes.refuse(noWay);
      answerNoWay(response, noWay);
    });
    if (target) void forward(routes, target, { request, response });
  });
  server.on("connect", (request, client: Socket, head) => {
    client.on("error", () => {});
    const host = read(tunnelTarget, request, (noWay) => {
      routes.refuse(noWay);
      tellNoWay(client, noWay);
    });
    if (host) void tunnel(routes, host, { client, head });
  });
}

function read<T>(
  parse: (request: IncomingMessage) => T,
  request: IncomingMessage,
  refuse: (noWay: NoWay) => void,
): T | undefined {
  try {
    return parse(request);
  } catch (error) {
    refuse(toNoWay(error));
    return undefined;
  }
}

/** Tunnels are no longer the server's own, so it would wait for them for ever. */
function closing(server: Server): AsyncDisposable {
  const clients = new Set<Socket>();
  server.on("connection", (client: Socket) => {
    clients.add(client);
    client.once("close", () => clients.delete(client));
  });
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}
