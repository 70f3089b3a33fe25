import { once } from "node:events";
import { protocolVersion } from "@heddle/protocol";
import { WebSocket } from "ws";

export interface RawAnswer {
  readonly jsonrpc: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { code: number; message: string; data: Record<string, unknown> };
}

/** A connection without a client, for what a client never sends. Frames are kept as they came. */
export class RawSocket implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly frames: string[] = [];
  readonly closed: Promise<number>;
  #taken = 0;
  #waiting: (() => void) | undefined;

  constructor(path: string, options: { headers?: Record<string, string>; url?: string } = {}) {
    const { headers = {}, url = "/v1" } = options;
    const settings = { perMessageDeflate: false, headers };
    this.socket = new WebSocket(`ws+unix://${path}:${url}`, settings);
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => {
      this.frames.push(String(data));
      this.#waiting?.();
    });
    // Not by `once`, which an error would make reject.
    this.closed = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
  }

  /** Opens and, unless told otherwise, introduces itself. */
  static async open(path: string, { greet = true } = {}): Promise<RawSocket> {
    const raw = new RawSocket(path);
    await once(raw.socket, "open");
    if (greet) await raw.ask(initialize());
    return raw;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next frame that was not taken yet. Rejects when the daemon closes the connection. */
  async next(): Promise<RawAnswer | RawAnswer[]> {
    const closed = this.closed.then((code) => {
      throw new Error(`the connection was closed with ${code}`);
    });
    while (this.frames.length <= this.#taken) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      await Promise.race([promise, closed]);
    }
    closed.catch(() => {});
    this.#taken += 1;
    return JSON.parse(this.frames[this.#taken - 1] ?? "") as RawAnswer | RawAnswer[];
  }

  /** Sends one message and takes the frame that comes next. */
  async ask(message: unknown): Promise<RawAnswer> {
    this.send(message);
    return (await this.next()) as RawAnswer;
  }

  async askBatch(message: unknown): Promise<RawAnswer[]> {
    this.send(message);
    return (await this.next()) as RawAnswer[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

let lastId = 0;

export function request(method: string, params: unknown = {}, id: unknown = ++lastId) {
  return { jsonrpc: "2.0", id, method, params };
}

export function initialize(version = protocolVersion) {
  const client = { name: "raw", kind: "script" };
  return request("initialize", { protocolVersion: version, client });
}
