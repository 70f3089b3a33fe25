import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { pipeline } from "node:stream/promises";
import { endToEnd, requestFraming } from "./headers.ts";
import { type NoWay, toNoWay } from "./no-way.ts";
import type { Routes } from "./routes.ts";
import type { Target } from "./target.ts";

const maxHeaderSize = 64 * 1024;

/** Passes one plain request on, over a connection of its own, and its answer back. */
export async function forward(
  routes: Routes,
  { host, path }: Target,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const socket = addAbortSignal(gone.signal, await routes.open(host, gone.signal));
    const incoming = await ask(socket, request, path);
    const headers = endToEnd(incoming.rawHeaders);
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, headers);
    await pipeline(incoming, response);
  } catch (error) {
    answerNoWay(response, toNoWay(error));
  }
}

/** The answer may come before all of the request has been sent. */
async function ask(
  socket: Socket,
  request: IncomingMessage,
  path: string,
): Promise<IncomingMessage> {
  const { method, rawHeaders } = request;
  const answer = Promise.withResolvers<IncomingMessage>();
  const onwards = httpRequest({
    createConnection: () => socket,
    maxHeaderSize,
    setHost: false,
    method,
    path,
    headers: [
      ...endToEnd(rawHeaders, ["expect"]),
      ...requestFraming(rawHeaders),
      ...["connection", "close"],
    ],
  });
  onwards.once("response", answer.resolve).on("error", answer.reject);
  pipeline(request, onwards).catch(() => socket.destroy());
  return answer.promise;
}

/** What has begun already is cut, so that nobody takes it for whole. */
export function answerNoWay(response: ServerResponse, { status, message }: NoWay): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers = { "content-type": "text/plain; charset=utf-8", connection: "close" };
  response.writeHead(status, headers).end(`heddle: ${message}\n`);
}
