import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Grant } from "@heddle/protocol";
import { exec, type Step, steps } from "./steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./test-daemon.ts";
import type { TestThread } from "./test-thread.ts";

/** Of the loopback network, but in no list of hosts that go past a proxy. */
const address = "127.0.0.2";
const done: Step = { text: "done" };

/** A server of the machine that commands may or may not reach. */
export interface Place {
  /** `host:port` */
  readonly host: string;
  /** What came to it, in the order in which it came. */
  readonly requests: string[];
}

/** A daemon whose configuration lets these three private hosts be granted. */
export class NetworkArena implements AsyncDisposable {
  readonly daemon: TestDaemon;
  /** Answers HTTP; `/away` redirects to the vault. */
  readonly web: Place;
  /** Says again what it is told, on a bare connection. */
  readonly echo: Place;
  /** Nobody is granted it. */
  readonly vault: Place;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    daemon: TestDaemon,
    places: { web: Place; echo: Place; vault: Place },
    owned: AsyncDisposableStack,
  ) {
    this.daemon = daemon;
    this.web = places.web;
    this.echo = places.echo;
    this.vault = places.vault;
    this.#owned = owned;
  }

  static readonly start = async (): Promise<NetworkArena> => {
    await using stack = new AsyncDisposableStack();
    const vault = await serveWeb(stack, (_, response) => response.end("the vault is open"));
    const web = await serveWeb(stack, ({ url }, response) => {
      if (url === "/away") response.writeHead(302, { location: `http://${vault.host}/` });
      response.end(`got ${url}`);
    });
    const echo = await serveEcho(stack);
    const allowed = JSON.stringify([web.host, echo.host, vault.host]);
    const daemon = await startTestDaemon({
      config: `[network]\nallow_private = ${allowed}`,
      provider: 'api_key_env = "CANARY_KEY"',
      env: { CANARY_KEY: "sk-canary-in-the-coal-mine", CANARY_TWIN: "sk-canary-in-the-coal-mine" },
    });
    stack.use(daemon);
    return new NetworkArena(daemon, { web, echo, vault }, stack.move());
  };

  async grant(
    { project }: TestProject,
    host: string,
    more: { threadId?: string; expiresAt?: number } = {},
  ): Promise<Grant> {
    const client = await this.daemon.client();
    const resource = { kind: "host", value: host } as const;
    const params = { projectId: project.id, resource, ...more };
    const { grants } = await client.call("project/grant", params);
    const granted = grants.find(({ value, threadId }) => {
      return value === host && threadId === (more.threadId ?? null);
    });
    if (granted) return granted;
    throw new Error(`${host} was not granted`);
  }

  async revoke({ id }: Grant): Promise<void> {
    await (await this.daemon.client()).call("project/revoke", { grantId: id });
  }

  /** A thread of a project of its own, with the web server and the echo granted. */
  async thread(): Promise<TestThread> {
    const project = await this.daemon.project();
    await this.grant(project, this.web.host);
    await this.grant(project, this.echo.host);
    return await project.thread();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** What one command of a turn printed. */
export async function run(thread: TestThread, cmd: string): Promise<string> {
  await thread.say(steps(exec(cmd), done));
  return thread.lastOutput();
}

/** Settles once a command of the thread has printed this. */
export async function printed(thread: TestThread, text: string): Promise<void> {
  await thread.until(() => [...thread.texts.values()].some((said) => said.includes(text)));
}

/**
 * A command that sends each text to the proxy as it is, and prints the answers between marks. Each is
 * sent by one write: the answer to the first of several would be lost with the others.
 */
export function tell(...requests: readonly string[]): string {
  const each = requests.map((text) => {
    const octal = [...Buffer.from(text, "latin1")].map(
      (byte) => `\\${byte.toString(8).padStart(3, "0")}`,
    );
    return `printf '${octal.join("")}' >/tmp/request; exec 3<>/dev/tcp/127.0.0.1/3128; cat /tmp/request >&3; timeout 5 cat <&3; echo; echo ${mark}`;
  });
  return `{ ${each.join("\n")}\n} 2>&1`;
}

const mark = "-- end of answer --";

export function answersIn(output: string): string[] {
  return output.split(`${mark}\n`).slice(0, -1);
}

export function connectRequest(host: string): string {
  return `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

export function getRequest(host: string, path = "/"): string {
  return `GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

/** A command that fetches as a program does that knows of proxies by its environment alone. */
export function fetching(url: string): string {
  return `node -e 'fetch("${url}").then((r) => r.text()).then(console.log, (e) => console.log("failed", e.cause?.code ?? e.cause?.message))'`;
}

/** A command that holds a tunnel open: it prints `holding`, and `cut` when the other side has ended it. */
export function holding(host: string): string {
  const request = JSON.stringify(connectRequest(host));
  return `node -e 'const s = require("net").connect(3128, "127.0.0.1"); s.write(${request}); s.once("data", () => console.log("holding")); s.on("close", () => console.log("cut")).on("error", () => {})'`;
}

async function serveWeb(stack: AsyncDisposableStack, answer: RequestListener): Promise<Place> {
  const requests: string[] = [];
  const server = createHttpServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  return { host: await listening(stack, server), requests };
}

async function serveEcho(stack: AsyncDisposableStack): Promise<Place> {
  const requests: string[] = [];
  const server = createServer((peer: Socket) => {
    requests.push("connection");
    peer.on("error", () => {}).pipe(peer);
  });
  return { host: await listening(stack, server), requests };
}

async function listening(stack: AsyncDisposableStack, server: Server): Promise<string> {
  server.listen(0, address);
  await once(server, "listening");
  const peers = new Set<Socket>();
  server.on("connection", (peer: Socket) => {
    peers.add(peer);
    peer.once("close", () => peers.delete(peer));
  });
  stack.defer(async () => {
    const closed = once(server, "close");
    server.close();
    for (const peer of peers) peer.destroy();
    await closed;
  });
  return `${address}:${(server.address() as AddressInfo).port}`;
}
