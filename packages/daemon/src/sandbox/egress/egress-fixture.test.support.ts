import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatHost } from "@heddle/protocol";
import type { JudgeAddress } from "./addresses.ts";
import { createDial, type Dial } from "./dial.ts";
import { openProxy, proxyLimits, proxySocket } from "./proxy.ts";
import type { Network } from "./routes.ts";

/** Stands for the public network; every other address is judged as what it is. */
const publicPrefix = "127.0.0.";

/** A proxy over names and addresses that a test makes up, and servers that stand for the public. */
export class EgressFixture implements AsyncDisposable {
  /** What a name resolves to; changes at once. */
  readonly names = new Map<string, readonly string[]>();
  readonly lookups: string[] = [];
  readonly granted = new Set<string>();
  readonly allowPrivate = new Set<string>();
  readonly lines: Record<string, unknown>[] = [];
  #network: Network | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #directory = mkdtempSync(join(tmpdir(), "heddle-egress-"));
  readonly #owned = new AsyncDisposableStack();

  static async open(
    judge: JudgeAddress,
    limits: Partial<typeof proxyLimits> = {},
  ): Promise<EgressFixture> {
    const fixture = new EgressFixture();
    const resolve = async (name: string) => {
      fixture.lookups.push(name);
      const found = fixture.names.get(name);
      if (found === undefined) throw new Error("no such name");
      return found;
    };
    const judgeAll: JudgeAddress = (address, where) =>
      address.startsWith(publicPrefix) ? undefined : judge(address, where);
    const dial = createDial({ resolve, judge: judgeAll, allowPrivate: fixture.allowPrivate });
    fixture.#network = fixture.#makeNetwork(dial);
    fixture.#owned.use(
      await openProxy(fixture.#directory, fixture.network, { ...proxyLimits, ...limits }),
    );
    return fixture;
  }

  /** What a box is opened with. */
  get network(): Network {
    if (this.#network) return { ...this.#network, hosts: [...this.granted] };
    throw new Error("the fixture has not been opened");
  }

  #makeNetwork(dial: Dial): Network {
    return {
      hosts: [],
      allows: (host) => this.granted.has(formatHost(host)),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
      dial,
      log: (message, details) => void this.lines.push({ message, ...details }),
    };
  }

  /** Takes back what was granted, and says so. */
  revoke(text: string): void {
    this.granted.delete(text);
    for (const listener of this.#listeners) listener();
  }

  /** A server at an address of its own; returns `name:port` after granting it under that name. */
  async serve(name: string, server: Server, address = `${publicPrefix}2`): Promise<string> {
    server.listen(0, address);
    await once(server, "listening");
    this.#owned.defer(async () => {
      const closed = once(server, "close");
      server.close();
      await closed;
    });
    this.names.set(name, [address]);
    const text = `${name}:${(server.address() as AddressInfo).port}`;
    this.granted.add(text);
    return text;
  }

  /** A client as a program in the box would be one. */
  async client(): Promise<Socket> {
    const socket = connect({ path: join(this.#directory, proxySocket), allowHalfOpen: true });
    socket.on("error", () => {});
    this.#owned.defer(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
  }

  /** Writes all of it at once, and returns whatever comes until the proxy closes. */
  async exchange(text: string): Promise<string> {
    const socket = await this.client();
    socket.write(text, "latin1");
    return await readAll(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
    rmSync(this.#directory, { recursive: true });
  }
}

export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.once("end", () => socket.end());
  await once(socket, "close").catch(() => {});
  return Buffer.concat(chunks).toString("latin1");
}

/** Settles once the peer has sent so much text as ends with this. */
export async function readUntil(socket: Socket, end: string): Promise<string> {
  let text = "";
  while (!text.endsWith(end)) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    text += chunk.toString("latin1");
  }
  return text;
}

export function echoServer(): Server {
  return createServer({ allowHalfOpen: true }, (peer) => {
    peer.on("error", () => {}).pipe(peer);
  });
}

/** Answers each request with what it got, and remembers it. */
export function mirror(): { server: Server; requests: { head: string; body: string }[] } {
  const requests: { head: string; body: string }[] = [];
  const server = createHttpServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync<Buffer>(request)).toString();
    requests.push({ head: headOf(request), body });
    response.setHeader("connection", "x-hop, close").setHeader("x-hop", "1");
    response.end(`got ${request.url}`);
  });
  return { server, requests };
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : [],
  );
  return [`${method} ${url}`, ...lines].join("\n");
}
