import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { DaemonError } from "@heddle/protocol";
import { maxSocketPathBytes } from "@heddle/protocol/node";
import { type WebSocket, WebSocketServer } from "ws";
import { boundPath } from "../os/handed-over.ts";
import { descriptorLimit } from "../os/process.ts";

/** What a client may send in one frame. */
const incomingLimitBytes = 4 * 1024 * 1024;
const backlog = 4096;
const clientsAtMost = 4096;
/** Descriptors that clients leave to everything else: files, pipes, the model's connections. */
const keptDescriptors = 256;
/** Connections that have not become clients yet. */
const strangersAtMost = 256;
const handshakeLimitMs = 10_000;

export interface ListenOptions {
  readonly accept: (socket: WebSocket, stream: Duplex) => void;
  readonly log: (message: string, details?: Record<string, unknown>) => void;
  /** How many clients there may be at once; else as many as the process has descriptors for. */
  readonly maxClients?: number;
  /** A descriptor that listens at the path already; whoever made the socket also removes it. */
  readonly inherited?: number | undefined;
}

/**
 * Listens on a unix socket in a directory that only the user can enter. The caller holds the lock of
 * its state: a socket that is there already is stale and is removed, unless somebody answers at it.
 */
export async function listen(
  path: string,
  { accept, log, maxClients = clientsFor(descriptorLimit()), inherited }: ListenOptions,
): Promise<AsyncDisposable> {
  prepareDirectory(path);
  const timeouts = { headersTimeout: handshakeLimitMs, requestTimeout: handshakeLimitMs };
  const server = createServer(timeouts, (_, response) => {
    response.writeHead(426).end("this socket speaks WebSocket, at /v1\n");
  });
  server.maxConnections = maxClients + strangersAtMost;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: incomingLimitBytes,
    perMessageDeflate: false,
    autoPong: false,
  });
  server.on("upgrade", (request, stream, head) => {
    // It may break before it is a client; there is nobody to tell.
    stream.on("error", () => {});
    const full = sockets.clients.size >= maxClients;
    const refusal = full ? "503 Service Unavailable" : refuse(request);
    if (refusal) return endWith(stream, refusal);
    sockets.handleUpgrade(request, stream, head, (socket) => accept(socket, stream));
  });
  const address = await addressOf(path, inherited);
  const listening = once(server, "listening");
  server.listen({ ...address, backlog });
  // It is bound by now, if it ever is: who finds it at once finds it with its mode.
  if (server.listening) chmodSync(path, 0o600);
  await listening;
  // As when there are no descriptors left: that one client was not taken, others will be.
  server.on("error", (error) => log("a connection was not taken", { error: error.message }));
  return { [Symbol.asyncDispose]: () => close(server, sockets) };
}

function clientsFor(descriptors: number | undefined): number {
  if (descriptors === undefined) return clientsAtMost;
  const kept = Math.min(keptDescriptors, Math.ceil(descriptors / 2));
  return Math.min(clientsAtMost, descriptors - kept);
}

function prepareDirectory(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes > maxSocketPathBytes) {
    const message = `the socket path ${path} has ${bytes} bytes, the system takes ${maxSocketPathBytes}; set a shorter HEDDLE_HOME`;
    throw new DaemonError("invalidConfig", message, { path });
  }
  const directory = dirname(path);
  const { mode, uid } = makeDirectory(directory);
  if (process.getuid && uid !== process.getuid()) {
    const message = `${directory} belongs to another user; remove it or set HEDDLE_HOME`;
    throw new DaemonError("invalidConfig", message, { directory });
  }
  if ((mode & 0o077) !== 0) chmodSync(directory, 0o700);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const message = `${path} is a directory; remove it or set HEDDLE_HOME`;
  throw new DaemonError("invalidConfig", message, { path });
}

async function addressOf(path: string, inherited: number | undefined) {
  if (inherited === undefined) {
    await refuseLive(path);
    rmSync(path, { force: true });
    return { path };
  }
  const bound = boundPath(inherited);
  const isUnknowable = bound === undefined && process.platform !== "linux";
  if (bound === path || isUnknowable) return { fd: inherited };
  const message = `the service manager listens at ${bound ?? "no unix socket"}, clients look for ${path}; run \`heddle service install\` again`;
  throw new DaemonError("invalidConfig", message, { path });
}

/** A daemon with another state may use the same runtime directory: its socket is not ours. */
async function refuseLive(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  const connection = createConnection(path);
  try {
    await once(connection, "connect");
  } catch {
    return;
  } finally {
    connection.destroy();
  }
  const message = `another program listens at ${path}; stop it, or set another XDG_RUNTIME_DIR`;
  throw new DaemonError("conflict", message, { path });
}

function makeDirectory(directory: string): { mode: number; uid: number } {
  const present = lstatSync(directory, { throwIfNoEntry: false });
  if (present === undefined) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stats = present ?? lstatSync(directory);
  if (stats.isDirectory()) return stats;
  const message = `${directory} is not a directory; remove it or set HEDDLE_HOME`;
  throw new DaemonError("invalidConfig", message, { directory });
}

/** Browsers send an Origin, and the name that they looked up; this socket's clients never do. */
function refuse({ headers, url }: IncomingMessage): string | undefined {
  if (headers.origin !== undefined || headers.host !== "localhost") return "403 Forbidden";
  return url === "/v1" ? undefined : "404 Not Found";
}

function endWith(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    stream.destroy(),
  );
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.close(1001, "the daemon is stopping");
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  const timer = setTimeout(() => {
    for (const client of sockets.clients) client.terminate();
  }, 500);
  await closed;
  clearTimeout(timer);
}
