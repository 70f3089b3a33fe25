import { createConnection as createUnixConnection } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { DaemonError } from "./errors.ts";

export interface LinkOptions {
  /** Where the daemon listens, asked before each try: another one may listen elsewhere. */
  readonly socketPath: () => string;
  /** Starts the daemon again where it ended without a word. */
  readonly revive?: (() => Promise<void>) | undefined;
  /** How long a lost connection is looked for before everything that waits fails. */
  readonly reconnectForMs: number;
  /** Runs on each new connection, before anything else is sent on it; `gone` when it is lost. */
  readonly greet: (send: (text: string) => void, gone: AbortSignal) => Promise<void>;
  readonly receive: (text: string) => void;
  /** The connection is back; what was under way has to be sent again. */
  readonly resumed: () => void;
  /** The connection is lost for good, or was closed. */
  readonly ended: (reason: DaemonError) => void;
}

/** How a daemon closes its connections that stops of its own accord. */
const goingAway = 1001;
/** Of a daemon that hangs, the kernel takes connections all the same. */
const answersWithinMs = 10_000;

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
    const path = this.#options.socketPath();
    const socket = await openSocket(path);
    this.#socket = socket;
    socket.on("message", (data) => this.#options.receive(String(data)));
    const lost = new AbortController();
    const lose = () => lost.abort();
    socket.once("close", lose);
    const gone = AbortSignal.any([lost.signal, AbortSignal.timeout(answersWithinMs)]);
    try {
      await this.#options.greet((text) => socket.send(text), gone);
    } catch (error) {
      socket.terminate();
      throw gone.aborted ? disconnected(path, error) : error;
    }
    socket.off("close", lose);
    if (socket.readyState !== WebSocket.OPEN) throw disconnected(path);
    this.#ready = true;
    socket.once("close", (code) => void this.#lost(code !== goingAway));
  }

  async #lost(killed: boolean): Promise<void> {
    this.#ready = false;
    const { reconnectForMs, socketPath, resumed, ended } = this.#options;
    const until = performance.now() + reconnectForMs;
    let revive = killed ? this.#options.revive : undefined;
    for (
      let wait = 25;
      !this.#closed && performance.now() < until;
      wait = Math.min(wait * 2, 1000)
    ) {
      await delay(wait);
      if (this.#closed) break;
      try {
        await this.#dial();
        return resumed();
      } catch (error) {
        if (kindOf(error) === "unsupportedProtocol") return ended(error as DaemonError);
        if (kindOf(error) !== "disconnected" || !revive) continue;
      }
      const failure = await revive().then(() => undefined, asDisconnected);
      if (failure) return ended(failure);
      revive = undefined;
    }
    ended(disconnected(socketPath()));
  }
}

/** A connection on which nothing has been said yet: whoever has it speaks the protocol himself. */
export interface Frames {
  readonly send: (frame: string) => void;
  readonly close: () => Promise<void>;
  /** Settles when the daemon has gone, or `close` is done. */
  readonly closed: Promise<void>;
}

/** Opens a bare connection; `receive` is given each frame. */
export async function openFrames(
  socketPath: string,
  receive: (frame: string) => void,
): Promise<Frames> {
  const socket = await openSocket(socketPath);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on("message", (data) => receive(String(data)));
  socket.once("close", () => resolve());
  const close = () => {
    socket.close();
    return closed;
  };
  return { send: (frame) => socket.send(frame), close, closed };
}

function kindOf(error: unknown): string | undefined {
  return error instanceof DaemonError ? error.kind : undefined;
}

function asDisconnected(cause: unknown): DaemonError {
  return new DaemonError("disconnected", (cause as Error).message, {}, { cause });
}

function disconnected(socketPath: string, cause?: unknown): DaemonError {
  const message = `no daemon answers at ${socketPath}; start it with \`heddle daemon start\``;
  return new DaemonError("disconnected", message, { socketPath }, { cause });
}

async function openSocket(socketPath: string): Promise<WebSocket> {
  // Not `ws+unix:`, which would read the path as part of a URL.
  const createConnection = () => createUnixConnection(socketPath);
  const options = { perMessageDeflate: false, createConnection, handshakeTimeout: answersWithinMs };
  const socket = new WebSocket("ws://localhost/v1", options);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("open", resolve);
  socket.on("error", (error) => reject(disconnected(socketPath, error)));
  socket.once("unexpected-response", (request, { statusCode }) => {
    reject(statusCode === 503 ? overloaded(socketPath) : disconnected(socketPath));
    request.destroy();
  });
  await promise;
  return socket;
}

function overloaded(socketPath: string): DaemonError {
  const message = `the daemon at ${socketPath} has as many clients as it can hold; close some of them`;
  return new DaemonError("overloaded", message, { socketPath });
}
