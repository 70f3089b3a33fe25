import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { connect as connectTls } from "node:tls";
import { hostOfUrl } from "@heddle/protocol";
import type { Routes } from "./routes.ts";

/** What one response may have: a stream that goes on for ever is cut. */
const responseBytes = 16 * 1024 * 1024;
const withoutBody: ReadonlySet<number | undefined> = new Set([204, 205, 304]);

/** Fetches on behalf of the daemon, and only by routes that are granted. Redirects are not followed. */
export function fetchBy(routes: Routes): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    const socket = await routes.open(hostOfUrl(url), asked.signal);
    // An answer may wait for a person; whoever asks ends what takes too long.
    socket.setTimeout(0);
    try {
      return toResponse(await send({ url, asked, body }, socket));
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };
}

interface Outgoing {
  readonly url: URL;
  readonly asked: Request;
  readonly body: Buffer | undefined;
}

async function send({ url, asked, body }: Outgoing, socket: Socket): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const isTls = url.protocol === "https:";
  const options = {
    method: asked.method,
    headers: {
      ...Object.fromEntries(asked.headers),
      ...(body && { "content-length": String(body.length) }),
    },
    createConnection: () =>
      isTls
        ? connectTls({ socket, servername: url.hostname, ALPNProtocols: ["http/1.1"] })
        : socket,
  };
  const request: ClientRequest = (isTls ? httpsRequest : httpRequest)(url, options);
  request.on("response", resolve).on("error", reject);
  request.on("close", () => reject(new Error("the connection ended without an answer")));
  asked.signal.addEventListener("abort", () => request.destroy(asked.signal.reason), {
    once: true,
  });
  request.end(body);
  return await promise;
}

function toResponse(incoming: IncomingMessage): Response {
  const { statusCode: status = 502 } = incoming;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  if (withoutBody.has(status)) incoming.resume();
  // What is given up lets its connection go, also before its first byte was read.
  const body = withoutBody.has(status) ? null : Readable.toWeb(incoming.compose<Readable>(bounded));
  return new Response(body, { status, headers });
}

async function* bounded(incoming: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > responseBytes) throw new Error(`the response has more than ${responseBytes} bytes`);
    yield chunk;
  }
}
