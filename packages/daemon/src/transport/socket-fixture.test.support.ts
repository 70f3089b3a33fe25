import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { listen } from "./socket.ts";

/** Both ends of one connection over a real socket. */
export interface SocketPair extends AsyncDisposable {
  readonly server: WebSocket;
  readonly client: WebSocket;
  /** What the client has received, as JSON. */
  readonly received: unknown[];
  /** The next message that comes, or the next of those that have come already. */
  next(): Promise<unknown>;
}

export async function connectPair(
  accept: (server: WebSocket, stream: Duplex) => void,
): Promise<SocketPair> {
  const directory = mkdtempSync(join(tmpdir(), "heddle-pair-"));
  const path = join(directory, "s");
  const accepted = Promise.withResolvers<WebSocket>();
  const listening = await listen(path, {
    accept(socket, stream) {
      accept(socket, stream);
      accepted.resolve(socket);
    },
    log: () => {},
  });
  const client = new WebSocket(`ws+unix://${path}:/v1`, { perMessageDeflate: false });
  const received: unknown[] = [];
  client.on("message", (data) => received.push(JSON.parse(String(data))));
  await once(client, "open");
  let taken = 0;
  return {
    server: await accepted.promise,
    client,
    received,
    async next() {
      while (received.length <= taken) await once(client, "message");
      taken += 1;
      return received[taken - 1];
    },
    async [Symbol.asyncDispose]() {
      client.terminate();
      await listening[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
