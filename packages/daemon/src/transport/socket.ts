import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { DaemonError } from "@heddle/protocol";
import { maxSocketPathBytes } from "@heddle/protocol/node";
import { type WebSocket, WebSocketServer } from "ws";

/** What a client may send in one frame. */
const incomingLimitBytes = 4 * 1024 * 1024;
const backlog = 4096;

/**
 * Listens on a unix socket in a directory that only the user can enter. The caller holds the lock:
 * a socket that is there already is stale and is removed.
 */
export async function listen(
  path: string,
  accept: (socket: WebSocket) => void,
): Promise<AsyncDisposable> {
  prepareDirectory(path);
  const server = createServer((_, response) => {
    response.writeHead(426).end("this socket speaks WebSocket, at /v1\n");
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: incomingLimitBytes,
    perMessageDeflate: false,
  });
  server.on("upgrade", (request, stream, head) => {
    const refusal = refuse(request);
    if (refusal) return endWith(stream, refusal);
    sockets.handleUpgrade(request, stream, head, accept);
  });
  rmSync(path, { force: true });
  server.listen({ path, backlog });
  await once(server, "listening");
  chmodSync(path, 0o600);
  return { [Symbol.asyncDispose]: () => close(server, sockets) };
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
}

function makeDirectory(directory: string): { mode: number; uid: number } {
  const present = lstatSync(directory, { throwIfNoEntry: false });
  if (present === undefined) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stats = present ?? lstatSync(directory);
  if (stats.isDirectory()) return stats;
  const message = `${directory} is not a directory; remove it or set HEDDLE_HOME`;
  throw new DaemonError("invalidConfig", message, { directory });
}

/** Browsers send an Origin, this socket's clients never do. */
function refuse({ headers, url }: IncomingMessage): string | undefined {
  if (headers.origin !== undefined) return "403 Forbidden";
  return url === "/v1" ? undefined : "404 Not Found";
}

function endWith(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
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
