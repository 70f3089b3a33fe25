import type { Duplex } from "node:stream";
import { frameLimitBytes } from "@heddle/protocol";
import { WebSocket } from "ws";

/** Something to be sent. Its bytes are made when a client can take them, once for all clients. */
export interface Frame {
  /** What it counts for while it waits. */
  readonly size: number;
  bytes(): Buffer;
}

/** What a client may leave unsent before it is cut; it resumes by seq. */
const unsentLimitBytes = 4 * 1024 * 1024;
/** What is handed to the socket before the client has taken it. */
const windowBytes = frameLimitBytes;

/**
 * What is on its way to one client. Notices wait without limit of time but not of size: a client
 * that leaves too much unsent is cut. Answers are made only when there is room for them.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Gathering;
  readonly #cut: (unsentBytes: number) => void;
  readonly #queue: Frame[] = [];
  /** Notices that must not overtake the answers of subscriptions. */
  readonly #held: Frame[] = [];
  readonly #forRoom: (() => void)[] = [];
  #holds = 0;
  #gathers = false;
  #queuedBytes = 0;

  /** `stream` is what the socket writes to. */
  constructor(socket: WebSocket, stream: Gathering, cut: (unsentBytes: number) => void) {
    this.#socket = socket;
    this.#stream = stream;
    this.#cut = cut;
  }

  /** Sends a notice, behind the answers that are due already. */
  push(frame: Frame): void {
    if (this.#holds === 0) {
      this.#add(frame);
    } else if (this.#isOpen) {
      this.#held.push(frame);
      this.#count(frame);
    }
  }

  /** Sends an answer as soon as there is room; `make` is called then. */
  async answer(make: () => string): Promise<void> {
    if (!this.#hasRoom || this.#forRoom.length > 0) await this.#room();
    try {
      if (this.#isOpen) this.#add(textFrame(make()));
    } finally {
      this.#pump();
    }
  }

  /** Sends what may not wait, since it tells the client to wait. */
  refuse(text: string): void {
    this.#add(textFrame(text));
  }

  /** Answers a ping. A client that pings but does not read is cut like any other slow one. */
  pong(data: Buffer): void {
    if (!this.#isOpen) return;
    this.#socket.pong(data);
    this.#cutIfSlow();
  }

  /** Keeps notices back until it is disposed. */
  hold(): Disposable {
    this.#holds += 1;
    return {
      [Symbol.dispose]: () => {
        this.#holds -= 1;
        if (this.#holds > 0) return;
        this.#queue.push(...this.#held.splice(0));
        this.#pump();
      },
    };
  }

  /** Drops what waits; whoever waits for room goes on. */
  close(): void {
    this.#queue.length = 0;
    this.#held.length = 0;
    this.#queuedBytes = 0;
    for (const resume of this.#forRoom.splice(0)) resume();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get #hasRoom(): boolean {
    return this.#queue.length === 0 && this.#socket.bufferedAmount < windowBytes;
  }

  #room(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#forRoom.push(resolve);
    return promise;
  }

  #add(frame: Frame): void {
    if (!this.#isOpen) return;
    this.#queue.push(frame);
    this.#count(frame);
    this.#pump();
  }

  #count({ size }: Frame): void {
    this.#queuedBytes += size;
    this.#cutIfSlow();
  }

  #cutIfSlow(): void {
    const unsentBytes = this.#queuedBytes + this.#socket.bufferedAmount;
    if (unsentBytes <= unsentLimitBytes) return;
    this.#socket.terminate();
    this.close();
    this.#cut(unsentBytes);
  }

  /** What one turn of the event loop sends is one write: each wakes the client, and costs as much. */
  #gather(): void {
    if (this.#gathers) return;
    this.#gathers = true;
    this.#stream.cork();
    setImmediate(() => {
      this.#gathers = false;
      this.#stream.uncork();
    });
  }

  readonly #pump = (): void => {
    while (this.#isOpen && this.#socket.bufferedAmount < windowBytes) {
      const frame = this.#queue.shift();
      if (frame === undefined) break;
      this.#queuedBytes -= frame.size;
      this.#gather();
      this.#socket.send(frame.bytes(), asText, this.#pump);
    }
    // Each that goes on lets the next one go on, when there is still room.
    if (this.#hasRoom) this.#forRoom.shift()?.();
  };
}

/** What can keep writes together. */
export type Gathering = Pick<Duplex, "cork" | "uncork">;

const asText = { binary: false } as const;

export function textFrame(text: string): Frame {
  return lazyFrame(text.length, () => text);
}

/** A frame whose text is made at the first need. */
export function lazyFrame(size: number, make: () => string): Frame {
  let made: Buffer | undefined;
  return {
    size,
    bytes: () => {
      made ??= Buffer.from(make());
      return made;
    },
  };
}
