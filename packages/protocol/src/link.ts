import { createConnection as createUnixConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { DaemonError } from "./errors.ts";

export interface LinkOptions {
  readonly socketPath: string;
  /** How long a lost connection is looked for before everything that waits fails. */
  readonly reconnectForMs: number;
  /** Runs on each new connection, before anything else is sent on it. */
  readonly greet: (send: (text: string) => void) => Promise<void>;
  readonly receive: (text: string) => void;
  /** The connection is back; what was under way has to be sent again. */
  readonly resumed: () => void;
  /** The connection is lost for good, or was closed. */
  readonly ended: (reason: DaemonError) => void;
}

/** One ws connection over the daemon's socket, made again when it breaks. */
export class Link {
  readonly #options: LinkOptions;
  #socket: WebSocket | undefined;
  #ready = false;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#dial();
  }

  /** Sends at once, or not at all: while the connection is away, `resumed` sends later. */
  send(text: string): void {
    if (this.#ready) this.#socket?.send(text);
  }

  close(): void {
    this.#closed = true;
    this.#ready = false;
    this.#socket?.close();
  }

  /** Breaks the connection as a network would. */
  terminate(): void {
    this.#socket?.terminate();
  }

  async #dial(): Promise<void> {
    const socket = await openSocket(this.#options.socketPath);
    this.#socket = socket;
    socket.on("message", (data) => this.#options.receive(String(data)));
    try {
      await this.#options.greet((text) => socket.send(text));
    } catch (error) {
      socket.terminate();
      throw error;
    }
    if (socket.readyState !== WebSocket.OPEN) throw disconnected(this.#options.socketPath);
    this.#ready = true;
    socket.once("close", () => void this.#lost());
  }

  async #lost(): Promise<void> {
    this.#ready = false;
    const until = Date.now() + this.#options.reconnectForMs;
    for (let wait = 25; !this.#closed && Date.now() < until; wait = Math.min(wait * 2, 1000)) {
      await delay(wait);
      if (this.#closed) break;
      try {
        await this.#dial();
        return this.#options.resumed();
      } catch (error) {
        if (error instanceof DaemonError && error.kind === "unsupportedProtocol") {
          return this.#options.ended(error);
        }
      }
    }
    this.#options.ended(disconnected(this.#options.socketPath));
  }
}

function disconnected(socketPath: string, cause?: unknown): DaemonError {
  const message = `no daemon answers at ${socketPath}; start it with \`heddle daemon start\``;
  return new DaemonError("disconnected", message, { socketPath }, { cause });
}

async function openSocket(socketPath: string): Promise<WebSocket> {
  // Not `ws+unix:`, which would read the path as part of a URL.
  const createConnection = () => createUnixConnection(socketPath);
  const options = { perMessageDeflate: false, createConnection };
  const socket = new WebSocket("ws://localhost/v1", options);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("open", resolve);
  socket.on("error", reject);
  try {
    await promise;
  } catch (error) {
    throw disconnected(socketPath, error);
  }
  return socket;
}
