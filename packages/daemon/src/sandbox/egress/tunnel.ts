import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Host } from "@heddle/protocol";
import { type NoWay, toNoWay } from "./no-way.ts";
import type { Routes } from "./routes.ts";

/** Joins a client with the host that it asked for, until one of them closes. */
export async function tunnel(
  routes: Routes,
  host: Host,
  { client, head }: { client: Socket; head: Buffer },
): Promise<void> {
  const gone = new AbortController();
  client.once("close", () => gone.abort());
  try {
    const server = await routes.open(host, gone.signal);
    client.setTimeout(0);
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) server.write(head);
    await Promise.allSettled([pipeline(client, server), pipeline(server, client)]);
    server.destroy();
    client.destroy();
  } catch (error) {
    tellNoWay(client, toNoWay(error));
  }
}

/** Many clients show of a refused tunnel the first line alone, so that says it all. */
export function tellNoWay(client: Socket, { status, message }: NoWay): void {
  const body = `heddle: ${message}\n`;
  const head = [
    `HTTP/1.1 ${status} ${message}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  client.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  client.resume();
}
