import type { Socket } from "node:net";
import { formatHost, type Host } from "@heddle/protocol";
import type { Dial } from "./dial.ts";
import { NoWay, toNoWay } from "./no-way.ts";
import { Traffic } from "./traffic.ts";

const idleMs = 5 * 60_000;

/** What a box may reach outside, for as long as it is open. */
export interface Network {
  /** What is granted as the box opens, as `formatHost` writes it. */
  readonly hosts: readonly string[];
  /** Asked anew for each connection. */
  readonly allows: (host: Host) => boolean;
  /** Calls back whenever `allows` may have come to say something else. */
  readonly onChange: (listener: () => void) => Disposable;
  readonly dial: Dial;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

/** The open connections of one box to the outside. None outlives what allowed it. */
export class Routes implements Disposable {
  readonly #network: Network;
  readonly #open = new Map<Socket, { host: Host; address: string | undefined }>();
  readonly #traffic: Traffic;
  readonly #changes: Disposable;
  readonly #closed = new AbortController();

  constructor(network: Network) {
    this.#network = network;
    this.#traffic = new Traffic(network.log);
    this.#changes = network.onChange(() => this.#cut());
  }

  /**
   * Connects to a host that is allowed, before and after the dialling. Throws `NoWay`, and counts
   * that, too. Whoever gets the socket destroys it in the end.
   */
  async open(host: Host, signal: AbortSignal): Promise<Socket> {
    try {
      if (!this.#allows(host)) throw notGranted(host);
      const until = AbortSignal.any([signal, this.#closed.signal]);
      const socket = await this.#network.dial(host, until);
      if (this.#allows(host)) return this.#keep(host, socket);
      socket.destroy();
      throw notGranted(host);
    } catch (error) {
      const noWay = toNoWay(error);
      this.refuse(noWay, host);
      throw noWay;
    }
  }

  /** Counts a request that came to nothing. */
  refuse({ message }: NoWay, host?: Host): void {
    const nothing = { address: undefined, bytesUp: 0, bytesDown: 0 };
    this.#traffic.record({ host, ...nothing, verdict: `refused: ${message}` });
  }

  [Symbol.dispose](): void {
    this.#changes[Symbol.dispose]();
    this.#closed.abort();
    for (const socket of this.#open.keys()) this.#end(socket, "cut");
    this.#traffic[Symbol.dispose]();
  }

  #keep(host: Host, socket: Socket): Socket {
    this.#open.set(socket, { host, address: socket.remoteAddress });
    socket.on("error", () => {}).once("close", () => this.#end(socket, "allowed"));
    return socket.setTimeout(idleMs, () => socket.destroy());
  }

  #cut(): void {
    for (const [socket, { host }] of this.#open) {
      if (!this.#network.allows(host)) this.#end(socket, "cut");
    }
  }

  #end(socket: Socket, verdict: "allowed" | "cut"): void {
    const route = this.#open.get(socket);
    if (route === undefined) return;
    this.#open.delete(socket);
    const { bytesWritten: bytesUp, bytesRead: bytesDown } = socket;
    this.#traffic.record({ ...route, bytesUp, bytesDown, verdict });
    socket.destroy();
  }

  #allows(host: Host): boolean {
    return !this.#closed.signal.aborted && this.#network.allows(host);
  }
}

function notGranted(host: Host): NoWay {
  const text = formatHost(host);
  const cure = `the user can allow it with \`heddle project grant --host ${text}\``;
  return new NoWay(403, `${text} is not granted: ${cure}`);
}
